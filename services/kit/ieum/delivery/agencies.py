"""Which agencies the centre has: those with a catalogue topic, for only who sets a centre up makes topics."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from typing import Protocol

from ieum_contracts.address import Address
from ieum_contracts.topics import Family, topic_of

LOOK_SECONDS_MAX = 2.0


class Agencies(Protocol):
    """Knows who is an agency of the centre."""

    async def strangers(self, addresses: Collection[Address]) -> Collection[Address]:
        """Name those that are no agencies of the centre; raises one of AWAY when nobody can tell now."""
        ...


class Anybody:
    """Takes everyone for an agency; for an inbox that no Kafka stands behind."""

    async def strangers(self, addresses: Collection[Address]) -> Collection[Address]:  # noqa: ARG002
        """Name nobody."""
        return ()


ANYBODY = Anybody()


class ListedAgencies:
    """Looks into the list of topics whenever somebody speaks who was not in it before.

    Topics are made before logins, so that an agency which can speak has its own; it need not have published
    anything. Who has been found once is not looked for again.
    """

    def __init__(self, topics: Callable[[], Awaitable[Collection[str]]]) -> None:
        self._topics = topics
        self._known: set[Address] = set()

    async def strangers(self, addresses: Collection[Address]) -> Collection[Address]:
        """Name those that have no catalogue topic now; one look at the broker for all of them."""
        unknown = set(addresses) - self._known
        if not unknown:
            return ()
        async with asyncio.timeout(LOOK_SECONDS_MAX):
            topics = await self._topics()
        self._known |= {each for each in unknown if topic_of(each, Family.CATALOGUE) in topics}
        return unknown - self._known
