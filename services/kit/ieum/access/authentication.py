"""From a request's Authorization header to its caller; no flood of wrong tokens keeps others out."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ieum.access.callers import AuthenticationError, Caller, RateLimitError, Role
from ieum.access.rate_limits import Rate, RateLimit, network_of
from ieum.access.tokens import TokenVerifier

WRONG_TOKENS = Rate(per_second=1, at_once=60)
"""Per address: beyond it wrong tokens are answered 429, and no longer logged one by one."""
SIGNATURES = Rate(per_second=50, at_once=200)
"""Per address: signature checks, which cost most; a token that was verified before needs none."""
PERSON = Rate(per_second=50, at_once=500)
SYSTEM = Rate(per_second=5_000, at_once=50_000)
MISSING = "missing"
"""The reason where there is no token at all, which costs nothing."""
_SCHEME = "bearer"


@dataclass(frozen=True, slots=True)
class SubjectRates:
    """Calls a second of one subject: a person, or an agency's own system."""

    person: Rate = PERSON
    system: Rate = SYSTEM


class Authentication:
    """Tells who calls."""

    def __init__(self, verifier: TokenVerifier, rates: SubjectRates) -> None:
        self._verifier = verifier
        self._persons, self._systems = RateLimit(rates.person), RateLimit(rates.system)
        self._wrong, self._signatures = RateLimit(WRONG_TOKENS), RateLimit(SIGNATURES)

    async def caller(self, authorization: Sequence[str], address: str) -> Caller:
        """Return who calls; raises AuthenticationError, KeysUnreadError or RateLimitError."""
        try:
            token = _token(authorization)
            caller = self._verifier.remembered(token) or await self._verified(token, address)
        except AuthenticationError as error:
            wait = 0.0 if error.reason == MISSING else self._wrong.take(network_of(address))
            if wait:
                raise RateLimitError(wait, "address") from error
            raise
        limit = self._systems if Role.SYSTEM in caller.roles else self._persons
        wait = limit.take(caller.subject)
        if wait:
            raise RateLimitError(wait, "subject")
        return caller

    def is_flooding(self, address: str) -> bool:
        """Whether so many wrong tokens come from an address that each is no longer logged."""
        return self._wrong.wait(network_of(address)) > 0

    async def _verified(self, token: str, address: str) -> Caller:
        kid, claimed = self._verifier.read(token)
        wait = self._signatures.take(network_of(address))
        if wait:
            raise RateLimitError(wait, "address")
        return await self._verifier.verify(token, kid, claimed)


def whole_seconds(seconds: float) -> str:
    """Return seconds as the header Retry-After has them."""
    return str(max(1, math.ceil(seconds)))


def _token(authorization: Sequence[str]) -> str:
    if not authorization:
        raise AuthenticationError(MISSING)
    scheme, _, token = authorization[0].partition(" ")
    if len(authorization) > 1 or scheme.lower() != _SCHEME or not token.isascii() or not token.strip():
        raise AuthenticationError("malformed")
    return token.strip()
