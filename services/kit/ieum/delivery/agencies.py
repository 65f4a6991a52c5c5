"""Which agencies the centre has: those with a catalogue topic, for only who sets a centre up makes topics."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from typing import Protocol

from ieum_contracts.address import Address
from ieum_contracts.topics import Family, topic_of

LOOK_SECONDS_MAX = 2.0


class Agencies(Protocol):
    """Tells which addresses are agencies of the centre."""

    async def strangers(self, addresses: Collection[Address]) -> Collection[Address]:
        """Return those that are no agency of the centre; raises one of RETRYABLE while the broker is away."""
        ...


class Anybody:
    """Accepts every address; for an inbox without Kafka."""

    async def strangers(self, _addresses: Collection[Address]) -> Collection[Address]:
        """Return no address."""
        return ()


ANYBODY = Anybody()


class ListedAgencies:
    """Reads the list of topics when an address appears that was not in it before.

    Topics are made before logins, so every agency that can write has its own; it need not have published
    anything. An address that was found once is not looked up again.
    """

    def __init__(self, topics: Callable[[], Awaitable[Collection[str]]]) -> None:
        self._topics = topics
        self._known: set[Address] = set()

    async def strangers(self, addresses: Collection[Address]) -> Collection[Address]:
        """Return the addresses without a catalogue topic; one request to the broker for all of them."""
        unknown = set(addresses) - self._known
        if not unknown:
            return ()
        async with asyncio.timeout(LOOK_SECONDS_MAX):
            topics = await self._topics()
        self._known |= {each for each in unknown if topic_of(each, Family.CATALOGUE) in topics}
        return unknown - self._known
