"""Tokens, right and wrong in every way, of an issuer that a test makes."""

import hmac
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from typing import Any

from joserfc import jws
from joserfc.jwk import ECKey, RSAKey

from ieum.access.tokens import LEEWAY_SECONDS, LIFETIME_SECONDS_MAX

ISSUER, AUDIENCE, AGENCY = "http://issuer.example", "/yangju/employment-center", "employment-center"
Claims = dict[str, Any]


def part(content: Mapping[str, Any]) -> str:
    """Write a part of a token."""
    return urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


class Forge:
    """An issuer's key, a stranger's, and what either can make of it."""

    def __init__(
        self, key: ECKey, issuer: str = ISSUER, audience: str = AUDIENCE, agency: str = AGENCY
    ) -> None:
        self.key = key
        self.stranger = ECKey.generate_key("P-256", parameters={"kid": str(key.kid)})
        self._issuer, self._audience, self._agency = issuer, audience, agency

    def claims(self, **others: Any) -> Claims:
        """Make claims as they should be, but for these; None leaves one out."""
        now = int(time.time())
        usual = {
            "iss": self._issuer,
            "aud": [self._audience],
            "sub": "worker-1",
            "iat": now,
            "exp": now + 600,
        }
        found = {**usual, "roles": ["case-worker"], "agency": self._agency, **others}
        return {name: value for name, value in found.items() if value is not None}

    def token(self, head: Mapping[str, Any] | None = None, key: ECKey | None = None, **others: Any) -> str:
        """Sign claims by the issuer's key or another one."""
        named = {"alg": "ES256", "kid": str(self.key.kid), "typ": "JWT", **(head or {})}
        named = {name: value for name, value in named.items() if value is not None}
        body = json.dumps(self.claims(**others)).encode()
        registry = jws.JWSRegistry(algorithms=["ES256"], strict_check_header=False)
        return jws.serialize_compact(named, body, key or self.key, registry=registry)

    def unsigned(self) -> str:
        """Make a token that says that it needs no signature."""
        return f"{part({'alg': 'none', 'kid': str(self.key.kid)})}.{part(self.claims())}."

    def by_secret(self) -> str:
        """Sign by HMAC with the public key as the secret: who believes the header takes it."""
        signed = f"{part({'alg': 'HS256', 'kid': str(self.key.kid)})}.{part(self.claims())}"
        seal = hmac.digest(self.key.as_pem(private=False), signed.encode(), "sha256")
        return f"{signed}.{urlsafe_b64encode(seal).decode().rstrip('=')}"

    def by_rsa(self) -> str:
        """Sign by an RSA key under the name of the issuer's."""
        body = json.dumps(self.claims()).encode()
        head = {"alg": "RS256", "kid": str(self.key.kid)}
        return jws.serialize_compact(head, body, RSAKey.generate_key(2048), algorithms=["RS256"])

    def with_own_key(self) -> str:
        """Bring the key along in the header."""
        return self.token({"jwk": self.stranger.as_dict(private=False)}, self.stranger)

    def altered(self) -> str:
        """Take a good token, and say more in it."""
        head, _, signature = self.token().split(".")
        return f"{head}.{part(self.claims(roles=['operator']))}.{signature}"


def later(seconds: float) -> int:
    """Tell a time from now."""
    return int(time.time() + seconds)


Make = Callable[[Forge], str]
WRONG: Mapping[str, tuple[str, Make]] = {
    "expired": ("expired", lambda forge: forge.token(iat=later(-900), exp=later(-LEEWAY_SECONDS - 5))),
    "of the future": ("not-yet", lambda forge: forge.token(iat=later(600), exp=later(900))),
    "not before": ("not-yet", lambda forge: forge.token(nbf=later(600))),
    "for ever": ("lives-too-long", lambda forge: forge.token(exp=later(LIFETIME_SECONDS_MAX + 60))),
    "without an end": ("claims", lambda forge: forge.token(exp=None)),
    "without a beginning": ("claims", lambda forge: forge.token(iat=None)),
    "without a subject": ("claims", lambda forge: forge.token(sub=None)),
    "with a line break in its subject": ("claims", lambda forge: forge.token(sub="a\nb")),
    "without roles": ("claims", lambda forge: forge.token(roles=None)),
    "roles that are a text": ("claims", lambda forge: forge.token(roles="operator")),
    "alg none": ("algorithm", lambda forge: forge.unsigned()),
    "HMAC by the public key": ("algorithm", lambda forge: forge.by_secret()),
    "RSA under the key's name": ("algorithm", lambda forge: forge.by_rsa()),
    "a key of its own": ("signature", lambda forge: forge.with_own_key()),
    "a stranger's key": ("signature", lambda forge: forge.token(key=forge.stranger)),
    "a foreign kid": ("key-unknown", lambda forge: forge.token({"kid": "elsewhere"})),
    "no kid": ("key-unnamed", lambda forge: forge.token({"kid": None})),
    "another type": ("type", lambda forge: forge.token({"typ": "dpop+jwt"})),
    "another issuer's": ("issuer", lambda forge: forge.token(iss="http://elsewhere.example")),
    "another agency's": ("audience", lambda forge: forge.token(aud=["/yangju/city-welfare-team"])),
    "altered": ("signature", lambda forge: forge.altered()),
    "two parts": ("malformed", lambda forge: forge.token().rpartition(".")[0]),
    "no JSON": ("malformed", lambda forge: f"a.b.{forge.token().split('.')[2]}"),
    "too long": ("malformed", lambda forge: forge.token(name="x" * 9_000)),
}
"""Why it is refused, and how it is made."""
