"""Agencies know each other's room: the newest word of its owner, said when it changes, and nothing else."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from functools import partial

import pytest
import pytest_asyncio
from asyncpg import Connection

from ieum_contracts.address import Address
from ieum_contracts.capacity import CapacityChanged, Room
from ieum_contracts.programme import ProgrammePublished
from ieum_contracts.topics import Family, topic_of
from ieum_lab.embedded.stack import Stack
from tests.kit.delivery import wire
from tests.kit.delivery.agencies import Bare, new_keys, until
from tests.kit.delivery.conftest import Pair

pytestmark = pytest.mark.stack

PROGRAMME = ProgrammePublished(programme="test-rooms", version=1, name_ko="시험 과정", name_en="Test course")
AT_ONCE_SECONDS = 10.0
KNOWN = """
select c.body from capacity c join peer on peer.id = peer
where address like '%/alpha' and programme = 'test-rooms'
"""

PUT_BACK = "update capacity set version = $1, body = $2 where programme = 'test-rooms'"


class Source:
    """An application with one programme whose room the test sets."""

    def __init__(self) -> None:
        self.changed = asyncio.Event()
        self.room: Room | None = Room.FEW
        self.places = 3

    async def read(self, connection: Connection) -> Sequence[CapacityChanged]:
        """Return the room; nothing once it is None."""
        if self.room is None:
            return ()
        return (CapacityChanged(programme="test-rooms", version=1, room=self.room, places=self.places),)

    def set(self, room: Room, places: int) -> None:
        """Set the room, and tell of it."""
        self.room, self.places = room, places
        self.changed.set()


@pytest_asyncio.fixture(loop_scope="session")
async def published(resting: Pair) -> AsyncIterator[tuple[Pair, Source]]:
    """Give two agencies of which alpha has room in a programme."""
    source = Source()
    await resting.beta.start()
    await resting.alpha.start([PROGRAMME], source)
    yield resting, source
    await resting.alpha.stop()
    await resting.beta.stop()


async def known(beta: Bare) -> CapacityChanged | None:
    body = await beta.value(KNOWN)
    return None if body is None else CapacityChanged.model_validate_json(bytes(body))  # type: ignore[call-overload]


async def is_known(beta: Bare, programme: str) -> bool:
    return bool(await beta.value("select count(*) from capacity where programme = $1", programme))


async def until_known(beta: Bare, room: Room, places: int | None) -> int:
    """Wait until so much room is known; gives its version."""

    async def holds() -> bool:
        found = await known(beta)
        return found is not None and (found.room, found.places) == (room, places)

    await until(holds, AT_ONCE_SECONDS)
    found = await known(beta)
    assert found is not None
    return found.version


async def test_room_is_said_at_the_start_and_as_soon_as_it_changes(published: tuple[Pair, Source]) -> None:
    pair, source = published
    first = await until_known(pair.beta, Room.FEW, 3)
    source.set(Room.WAITLIST, 0)
    second = await until_known(pair.beta, Room.WAITLIST, 0)
    source.set(Room.OPEN, 9)
    third = await until_known(pair.beta, Room.OPEN, 9)
    assert first < second < third
    own = await pair.alpha.value(KNOWN)
    assert own is not None, "an agency knows its own room as it was said"


async def test_the_room_of_a_programme_that_is_gone_is_none(published: tuple[Pair, Source]) -> None:
    pair, source = published
    before = await until_known(pair.beta, Room.FEW, 3)
    await pair.alpha.stop()
    await pair.alpha.start([PROGRAMME])
    assert await until_known(pair.beta, Room.NONE, None) > before
    source.changed.clear()


def record(
    owner: Address, source: Address, version: int, places: int, programme: str = PROGRAMME.programme
) -> wire.Raw:
    """Make a capacity record on the topic of `owner` that says to come from `source`."""
    body = CapacityChanged(programme=programme, version=version, room=Room.FEW, places=places)
    raw = wire.event(source, source, new_keys(1)[0], 1, body)
    key = f"capacity:{programme}".encode()
    raw = raw.having("ce_subject", key).having("ce_partitionkey", key).without("ce_sequence")
    return wire.Raw(topic_of(owner, Family.CATALOGUE), 0, key, raw.value, raw.headers)


async def test_lower_versions_forged_and_unknown_records_are_ignored(
    stack: Stack, published: tuple[Pair, Source]
) -> None:
    pair, source = published
    alpha, beta = pair.alpha.address, pair.beta.address
    version = await until_known(pair.beta, Room.FEW, 3)
    newer, source.places = version + 1000, 4
    right = record(alpha, alpha, newer + 1, 11)
    wire.produce(
        stack,
        [
            record(beta, alpha, newer, 13),
            record(alpha, beta, newer, 14),
            right.saying(b'{"programme": "test-rooms", "version": 1, "room": "plenty"}'),
            right.having("ce_subject", b"programme:test-rooms").having(
                "ce_partitionkey", b"programme:test-rooms"
            ),
            right.having("ce_type", b"opening.hours.v1").having(
                "ce_dataschema", b"urn:ieum:opening.hours:1.0"
            ),
            right.saying(None),
            record(alpha, alpha, newer, 4),
            record(alpha, alpha, newer - 1, 12),
            record(alpha, alpha, newer, 15),
            record(alpha, alpha, newer, 1, "last-rooms"),
        ],
    )
    await until(partial(is_known, pair.beta, "last-rooms"))
    assert await until_known(pair.beta, Room.FEW, 4) == newer
    programme = await pair.beta.value("select count(*) from catalogue where id = 'programme:test-rooms'")
    assert programme == 1
    pair.beta.check()


async def test_what_was_published_before_a_restore_and_is_true_no_more_is_published_anew(
    published: tuple[Pair, Source],
) -> None:
    pair, source = published
    before = await until_known(pair.beta, Room.FEW, 3)
    old = await pair.alpha.value(KNOWN)
    source.set(Room.WAITLIST, 0)
    lost = await until_known(pair.beta, Room.WAITLIST, 0)
    await pair.alpha.stop()
    await pair.alpha.change(PUT_BACK, before, old)
    source.room, source.places = Room.FEW, 3
    await pair.alpha.start([PROGRAMME], source)
    assert await until_known(pair.beta, Room.FEW, 3) > lost
