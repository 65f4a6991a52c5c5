"""The agency's process with one known caller, whoever calls: what is left out is the check of tokens."""

from collections.abc import Sequence
from unittest.mock import patch

from ieum.access.authentication import Authentication
from ieum.access.callers import Caller, Role
from ieum.cli.main import main

KNOWN = Caller("system.bench", frozenset({Role.SYSTEM}), float("inf"), "none")


async def trusted(_self: Authentication, _authorization: Sequence[str], _address: str) -> Caller:
    """Return the one caller, whatever was sent."""
    return KNOWN


if __name__ == "__main__":
    with patch.object(Authentication, "caller", trusted):
        main()
