"""A token for a client that works for long: issued again before it expires."""

import time
from collections.abc import Callable

from ieum.access.callers import Role
from ieum.centre.issuer_key import TOKEN_SECONDS, Account, IssuerKey
from ieum_contracts.address import Address

RENEWED_AFTER_SECONDS = TOKEN_SECONDS / 2


class RenewedToken:
    """The token of an account at one agency, as it is now. `real` returns monotonic seconds."""

    def __init__(
        self, key: IssuerKey, address: Address, *roles: Role, real: Callable[[], float] = time.monotonic
    ) -> None:
        self._key = key
        self._account = Account(f"{roles[0]}.{address.agency}", roles, [address.agency])
        self._audience = [str(address)]
        self._real = real
        self._token = ""
        self._until = real()

    def header(self) -> dict[str, str]:
        """Return the header with the token."""
        if self._real() >= self._until:
            self._token = self._key.token(self._account, self._audience)
            self._until = self._real() + RENEWED_AFTER_SECONDS
        return {"authorization": f"Bearer {self._token}"}
