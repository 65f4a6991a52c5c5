"""Codes of OIDC's code flow: each for one client, one address and one challenge, used once, for a minute."""

import hashlib
import secrets
import time
from base64 import urlsafe_b64encode
from collections import OrderedDict
from dataclasses import dataclass

from ieum_lab.embedded.issuer.persons import Person

CODE_SECONDS = 60.0
CODES_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Login:
    """What somebody logged in for."""

    person: Person
    client_id: str
    redirect_uri: str
    challenge: str
    nonce: str | None
    at: float
    """When they logged in, in seconds since 1970."""
    until: float


class LoginCodes:
    """Hands codes out, and takes each back once."""

    def __init__(self) -> None:
        self._logins: OrderedDict[str, Login] = OrderedDict()

    def give(
        self, person: Person, client_id: str, redirect_uri: str, challenge: str, nonce: str | None
    ) -> str:
        """Return a new code."""
        code = secrets.token_urlsafe(32)
        until = time.monotonic() + CODE_SECONDS
        self._logins[code] = Login(person, client_id, redirect_uri, challenge, nonce, time.time(), until)
        while len(self._logins) > CODES_MAX:
            self._logins.popitem(last=False)
        return code

    def take(self, code: str, client_id: str, redirect_uri: str, verifier: str) -> Login | None:
        """Return what a code stands for; None when anything of it does not fit, and then it is spent too."""
        login = self._logins.pop(code, None)
        if login is None or time.monotonic() > login.until:
            return None
        fits = (login.client_id, login.redirect_uri, login.challenge) == (
            *(client_id, redirect_uri),
            challenge_of(verifier),
        )
        return login if fits else None


def challenge_of(verifier: str) -> str:
    """Return the challenge of a verifier (RFC 7636, S256)."""
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
