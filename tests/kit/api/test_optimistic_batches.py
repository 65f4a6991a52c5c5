"""A batch of one is read without a lock; where something moves before it is written, nothing is written."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import pytest
import pytest_asyncio
from asyncpg import Connection
from asyncpg import Record as Row

from ieum.application.event_handler import EventHandler
from ieum.casework.loaded_cases import LoadedCases
from ieum.delivery.application import Awaiting, Outcome
from ieum.delivery.receiving.batch_effects import BatchResult
from ieum.delivery.receiving.inbox import Inbox
from ieum.delivery.receiving.optimistic_batch import optimistic_batch
from ieum.delivery.records.partitions import first_offsets, next_offsets
from ieum.delivery.records.received import Record
from ieum.delivery.records.verification import classify
from ieum.delivery.streams.positions import Partition
from ieum_contracts.message import Event
from ieum_contracts.topics import MAILBOX_PARTITIONS
from tests.kit.api.agency_api import Api, settle, taken_out
from tests.kit.api.referring import referral_order

pytestmark = pytest.mark.stack
WAITS_SECONDS = 0.3
MEANWHILE = {
    "the position": "update position set next_offset = next_offset + 1",
    "the referral": "update referral set version = version + 1 where id = $1",
    "a clock": "update clock set fired = fired where referral = $1",
    "no clock any more": "delete from clock where referral = $1",
    "the stream": "update stream set said = said + 1 where key = $1",
}
"""What another transaction may do between the two statements of a batch."""
BEFORE = {
    "a source is held": "update source set held = 'by-operator'",
    "the stream is stopped": "update stream set stopped = 'sequence.conflict' where key = $1",
}
WRITTEN = """
select (select state from referral where id = $1), (select version from referral where id = $1),
    (select count(*) from ledger where key = $1), (select sum(next_offset) from position)
"""


BEGUN = """
insert into position (family, partition, next_offset) values ($1, $2, 0)
on conflict (family, partition) do nothing
"""
OFFSET = "select next_offset from position where family = $1 and partition = $2"


class Disturbed(EventHandler):
    """A handler that lets another transaction do something after it has read, and before it writes."""

    meanwhile: str = ""
    api: Api
    about: UUID

    async def known(self, connection: Connection, found: Row, ids: Collection[UUID]) -> LoadedCases | None:
        known = await super().known(connection, found, ids)
        async with self.api.database.acquire() as other:
            await run(other, self.meanwhile, self.about)
        return known


async def run(connection: Connection, statement: str, about: UUID) -> None:
    await connection.execute(statement, *([about] if "$1" in statement else []))


@dataclass
class Arriving:
    """A decision that arrives at the agency that referred somebody."""

    api: Api
    referral: UUID
    records: Sequence[Record]

    async def optimistically(
        self, handler: EventHandler, beside: Mapping[Partition, int] | None = None
    ) -> BatchResult | None:
        """Take it in by two statements, if that is possible; `beside` are offsets of what comes with it."""
        context = self.api.api_context.delivery
        place = Inbox(context, self.api.outbox, handler).place
        firsts = first_offsets(self.records, place) | dict(beside or {})
        quick = optimistic_batch(context, self.api.outbox, handler)
        assert quick is not None
        async with self.api.database.acquire() as connection:
            batch, following = (
                await classify(self.records, context),
                next_offsets(self.records, firsts, place),
            )
            return await quick.take(connection, batch, firsts, following)

    async def written(self) -> tuple[object, ...]:
        async with self.api.database.acquire() as connection:
            return tuple(await connection.fetchrow(WRITTEN, self.referral) or ())

    def handler(self, meanwhile: str) -> Disturbed:
        """Make a handler that is disturbed so."""
        usual = self.api.api_context.handler
        handler = Disturbed(usual.view, usual.peers)
        handler.api, handler.about, handler.meanwhile = self.api, self.referral, meanwhile
        return handler


@pytest_asyncio.fixture
async def arriving(api: Api, welfare: Api) -> AsyncIterator[Arriving]:
    """Let a question about a new referral arrive, and bring everything to rest after the test."""
    made = await api.post("/v1/referrals", referral_order(api.peer))
    assert made.status_code == 201, made.text
    referral = made.json()["id"]
    await settle(api, welfare)
    asked = await welfare.post(
        f"/v1/referrals/{referral}/decisions", {"decision": "info-requested", "questions": ["income"]}
    )
    assert asked.status_code == 200, asked.text
    yield Arriving(api, UUID(referral), await taken_out(welfare, api))
    async with api.database.acquire() as connection:
        await connection.execute("delete from source")
    await settle(api, welfare)


async def test_a_batch_in_which_nothing_moved_is_written(arriving: Arriving) -> None:
    _, version, entries, offsets = await arriving.written()
    result = await arriving.optimistically(arriving.api.api_context.handler)
    assert result is not None
    assert (result.events, result.counts["applied"]) == (1, 1)
    after = await arriving.written()
    assert after == ("info-requested", int(str(version)) + 1, int(str(entries)) + 1, int(str(offsets)) + 1)
    assert await arriving.optimistically(arriving.api.api_context.handler) is None  # it is taken in already
    assert await arriving.written() == after


async def test_a_batch_of_two_families_and_partitions_is_written(arriving: Arriving) -> None:
    """Read are four positions then: of each family in each partition."""
    handler, context = arriving.api.api_context.handler, arriving.api.api_context.delivery
    [(family, number)] = first_offsets(arriving.records, Inbox(context, arriving.api.outbox, handler).place)
    other = 3 if family == 1 else 1, (number + 1) % MAILBOX_PARTITIONS
    async with arriving.api.database.acquire() as connection:
        for place in (other, (other[0], number), (family, other[1])):
            await connection.execute(BEGUN, *place)
        offset = await connection.fetchval(OFFSET, *other)
    assert await arriving.optimistically(handler, {other: offset + 1}) is None
    assert await arriving.optimistically(handler, {other: offset}) is not None
    assert (await arriving.written())[0] == "info-requested"


@pytest.mark.parametrize("moved", MEANWHILE)
async def test_where_something_moves_meanwhile_nothing_is_written(arriving: Arriving, moved: str) -> None:
    before = await arriving.written()
    handler = arriving.handler(MEANWHILE[moved])
    assert await arriving.optimistically(handler) is None
    state, version, entries, offsets = await arriving.written()
    assert (state, entries) == (before[0], before[2])
    if moved == "the position":
        async with arriving.api.database.acquire() as connection:
            await run(connection, "update position set next_offset = next_offset - 1", arriving.referral)
    else:
        assert offsets == before[3]
    context = arriving.api.api_context.delivery
    taken = await Inbox(context, arriving.api.outbox, arriving.api.api_context.handler).take(arriving.records)
    assert isinstance(taken, BatchResult)
    assert taken.counts["applied"] == 1
    assert await arriving.written() == (
        "info-requested",
        int(str(version)) + 1,
        int(str(entries)) + 1,
        int(str(before[3])) + 1,
    )


@pytest.mark.parametrize("moved", MEANWHILE)
async def test_the_batch_is_then_done_again_with_locks(arriving: Arriving, moved: str) -> None:
    """Of what moves meanwhile, the second look sees all; a position that moved makes it an old record."""
    context, handler = arriving.api.api_context.delivery, arriving.handler(MEANWHILE[moved])
    await Inbox(context, arriving.api.outbox, handler).take(arriving.records, mind_gap=False)
    assert (await arriving.written())[0] == "info-requested"
    if moved == "the position":
        async with arriving.api.database.acquire() as connection:
            await run(connection, "update position set next_offset = next_offset - 1", arriving.referral)


async def test_what_another_has_not_committed_yet_is_waited_for(arriving: Arriving) -> None:
    before = await arriving.written()
    async with arriving.api.database.acquire() as other, other.transaction():
        await run(other, MEANWHILE["the referral"], arriving.referral)
        taking = asyncio.create_task(arriving.optimistically(arriving.api.api_context.handler))
        await asyncio.sleep(WAITS_SECONDS)
        assert not taking.done()
    assert await taking is None
    assert (await arriving.written())[2:] == before[2:]


@pytest.mark.parametrize("standing", BEFORE)
async def test_what_is_unusual_is_left_to_the_locks(arriving: Arriving, standing: str) -> None:
    async with arriving.api.database.acquire() as connection:
        peer = arriving.api.api_context.delivery.peers.number(arriving.api.peer)
        await connection.execute(
            "insert into source (peer, since) values ($1, now()) on conflict do nothing", peer
        )
        await run(connection, BEFORE[standing], arriving.referral)
    before = await arriving.written()
    assert await arriving.optimistically(arriving.api.api_context.handler) is None
    assert await arriving.written() == before


async def test_what_has_to_wait_is_left_to_the_locks(arriving: Arriving) -> None:
    class Early(EventHandler):
        def fold(self, known: LoadedCases, event: Event, now: datetime) -> Outcome:
            return Awaiting("awaiting-referral")

    usual, before = arriving.api.api_context.handler, await arriving.written()
    assert await arriving.optimistically(Early(usual.view, usual.peers)) is None
    assert await arriving.written() == before


async def test_of_two_that_take_the_same_batch_at_once_one_writes(arriving: Arriving) -> None:
    class Slow(Disturbed):
        async def known(
            self, connection: Connection, found: Row, ids: Collection[UUID]
        ) -> LoadedCases | None:
            known = await EventHandler.known(self, connection, found, ids)
            assert await arriving.optimistically(arriving.api.api_context.handler) is not None
            return known

    usual = arriving.api.api_context.handler
    _, version, entries, _ = await arriving.written()
    assert await arriving.optimistically(Slow(usual.view, usual.peers)) is None
    assert (await arriving.written())[:3] == ("info-requested", int(str(version)) + 1, int(str(entries)) + 1)
