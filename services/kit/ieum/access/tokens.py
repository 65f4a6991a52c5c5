"""Bearer tokens: JWTs of one issuer, by one algorithm, for this agency; verified once, then remembered."""

import asyncio
import time
from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Any

from joserfc import jws
from joserfc.errors import JoseError
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import from_json

from ieum.access.callers import DESK, AuthenticationError, Caller, KeysUnreadError, Role
from ieum.access.trusted_keys import TrustedKeys

TOKEN_CHARACTERS_MAX = 8_192
LEEWAY_SECONDS = 30.0
LIFETIME_SECONDS_MAX = 24 * 3_600.0
"""Longer than a day no token is taken, for nothing but its end takes one back."""
REMEMBERED_MAX = 10_000
NAME_CHARACTERS_MAX = 80
_PARTS = 3
_TYPES = frozenset({"jwt", "at+jwt", "application/at+jwt"})
_ROLES: Mapping[str, Role] = {role.value: role for role in Role}
_Text = Annotated[str, Field(min_length=1, max_length=512)]


Subject = Annotated[str, Field(pattern=r"^[!-~]{1,128}$")]
"""An account, as its issuer names it."""
By = Annotated[Subject, Field(description="Who: an account, or a reference of the agency's own.")]


class _Claims(BaseModel):
    model_config = ConfigDict(strict=True)

    iss: _Text
    sub: Subject
    aud: _Text | Annotated[list[_Text], Field(min_length=1, max_length=64)]
    exp: Annotated[float, Field(gt=0, lt=1e11)]
    iat: Annotated[float, Field(gt=0, lt=1e11)]
    nbf: Annotated[float, Field(ge=0, lt=1e11)] | None = None
    agency: _Text | Annotated[list[_Text], Field(max_length=64)] | None = None
    roles: Annotated[list[str], Field(max_length=1_000)]
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token has to say: its issuer, its algorithm, this agency's address and id."""

    issuer: str
    algorithm: str
    audience: str
    agency: str


class TokenVerifier:
    """Verifies tokens. `now` returns seconds since 1970."""

    def __init__(self, expected: Expected, keys: TrustedKeys, now: Callable[[], float] = time.time) -> None:
        self._expected = expected
        self._keys = keys
        self._now = now
        self._remembered: dict[bytes, Caller] = {}
        self._looking: set[asyncio.Task[None]] = set()

    def remembered(self, token: str) -> Caller | None:
        """Return whose token this is when it was verified before and has not expired; costs no signature."""
        digest = sha256(token.encode("latin-1")).digest()
        caller = self._remembered.get(digest)
        if caller is None:
            return None
        if caller.expires + LEEWAY_SECONDS <= self._now() or not self._keys.holds(caller.key):
            del self._remembered[digest]
            return None
        if self._keys.is_due and not self._looking:
            task = asyncio.create_task(self._look_again(caller.key))
            self._looking.add(task)
            task.add_done_callback(self._looking.discard)
        return caller

    def read(self, token: str) -> tuple[str, Caller]:
        """Read what a token claims, and by which key; raises AuthenticationError where that cannot be right.

        Nothing of it is to be believed before `verify`: it only spares the signature check of what is wrong.
        """
        head, claims = _decoded(token)
        if head.get("alg") != self._expected.algorithm:
            raise AuthenticationError("algorithm")
        if str(head.get("typ", "JWT")).lower() not in _TYPES:
            raise AuthenticationError("type")
        kid = head.get("kid")
        if not isinstance(kid, str) or not kid:
            raise AuthenticationError("key-unnamed")
        return kid, self._caller(claims, kid)

    async def verify(self, token: str, kid: str, caller: Caller) -> Caller:
        """Check the signature, and remember whose token it is.

        Raises AuthenticationError, or KeysUnreadError while it cannot be known whether the key is good.
        """
        key = await self._keys.key(kid)
        if key is None:
            raise KeysUnreadError if self._keys.unread else AuthenticationError("key-unknown")
        try:
            jws.deserialize_compact(token, key, algorithms=[self._expected.algorithm])
        except (JoseError, ValueError, TypeError):
            raise AuthenticationError("signature") from None
        self._remember(token, caller)
        return caller

    def _caller(self, claims: Mapping[str, Any], kid: str) -> Caller:
        try:
            found = _Claims.model_validate(claims)
        except ValidationError:
            raise AuthenticationError("claims") from None
        now = self._now()
        if found.iss != self._expected.issuer:
            raise AuthenticationError("issuer")
        if self._expected.audience not in _listed(found.aud):
            raise AuthenticationError("audience")
        if found.exp + LEEWAY_SECONDS <= now:
            raise AuthenticationError("expired")
        if max(found.iat, found.nbf or 0) > now + LEEWAY_SECONDS:
            raise AuthenticationError("not-yet")
        if found.exp - found.iat > LIFETIME_SECONDS_MAX:
            raise AuthenticationError("lives-too-long")
        roles = frozenset(_ROLES[each] for each in found.roles if each in _ROLES)
        if self._expected.agency not in _listed(found.agency):
            roles -= DESK
        name = None if found.name is None else found.name[:NAME_CHARACTERS_MAX]
        return Caller(found.sub, roles, found.exp, kid, name)

    def _remember(self, token: str, caller: Caller) -> None:
        if len(self._remembered) >= REMEMBERED_MAX:
            now = self._now()
            kept = {each: one for each, one in self._remembered.items() if one.expires > now}
            for each in list(kept)[: max(0, len(kept) - REMEMBERED_MAX // 2)]:
                del kept[each]
            self._remembered = kept
        self._remembered[sha256(token.encode("latin-1")).digest()] = caller

    async def _look_again(self, kid: str) -> None:
        """Read the keys again, and forget the tokens of those that the issuer has withdrawn."""
        await self._keys.key(kid)
        self._remembered = {
            each: caller for each, caller in self._remembered.items() if self._keys.holds(caller.key)
        }


def _listed(given: str | list[str] | None) -> list[str]:
    return [given] if isinstance(given, str) else given or []


def _decoded(token: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    parts = token.split(".")
    if len(parts) != _PARTS or len(token) > TOKEN_CHARACTERS_MAX:
        raise AuthenticationError("malformed")
    try:
        head, claims = (from_json(urlsafe_b64decode(each + "=" * (-len(each) % 4))) for each in parts[:2])
    except ValueError:
        raise AuthenticationError("malformed") from None
    if not isinstance(head, dict) or not isinstance(claims, dict):
        raise AuthenticationError("malformed")
    return head, claims
