"""The projector on real topics: killed in between, fed garbage, read twice; bodies never come through."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from ieum.delivery.running_consumer import ReadingEndedError
from ieum_console.projection import (
    Freshness,
    Gap,
    NeedKind,
    Source,
    behind,
    read_assurance,
    read_contracts,
    read_needs,
    read_overview,
    read_referral,
)
from ieum_console.projection.overview import Window
from ieum_console.projector.projector import Projector
from ieum_console.projector.topics import TopicReader
from ieum_contracts.topics import Family, topic_of
from ieum_lab.embedded.ports import free_port
from tests.console.conftest import Console
from tests.console.writing import RECIPIENT, SENDER, Event, flat, referrals, story, writer

pytestmark = pytest.mark.stack
KEY = UUID("7f3a0000-0000-7000-8000-000000000001")
SECONDS_MAX = 30.0


@asynccontextmanager
async def projecting(console: Console) -> AsyncIterator[None]:
    """Run the projector meanwhile; it is cancelled in the middle of whatever it does."""
    task = asyncio.create_task(Projector(console.settings, console.database).run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def caught_up(console: Console) -> Freshness:
    since = datetime.now(UTC)
    async with asyncio.timeout(SECONDS_MAX):
        while True:
            async with console.database.acquire() as connection:
                found = await behind(connection, datetime.now(UTC))
            if found.is_live and found.records_behind == 0 and found.as_of and found.as_of > since:
                return found
            await asyncio.sleep(0.1)


async def table(console: Console, statement: str) -> list[tuple[object, ...]]:
    async with console.database.acquire() as connection:
        return [tuple(row.values()) for row in await connection.fetch(statement)]


async def test_one_referral_is_shown_from_its_request_to_its_end(console: Console) -> None:
    async with writer(console.centre) as write, projecting(console):
        events = story(KEY)
        for event in events[:2]:
            await write.say(event)
        await caught_up(console)
        async with console.database.acquire() as connection:
            view = await read_referral(connection, KEY)
            overview = await read_overview(connection, Window.QUARTER, datetime.now(UTC))
        assert view is not None
        assert (view.head.state, view.head.holder, view.head.due_clock) == ("received", RECIPIENT, "decision")
        assert (overview.open, overview.edges[0].records, overview.edges[1].records) == (1, 1, 1)
        assert [each.referral for each in overview.oldest_unanswered] == [str(KEY)]

        for event in events[2:]:
            await write.say(event)
        await caught_up(console)
        async with console.database.acquire() as connection:
            view = await read_referral(connection, KEY)
        assert view is not None
        assert (view.head.state, view.head.holder, view.head.ended) == ("closed", None, True)
        assert [each.type for each in view.steps if not isinstance(each, Gap)] == [e.type for e in events]
        assert await table(console, "select referral from answer_sample") == [(KEY,)]


async def test_missing_numbers_are_rows_of_their_own_until_they_come(console: Console) -> None:
    events = story(KEY)
    lost = events[2]
    async with writer(console.centre) as write, projecting(console):
        await write.say(*events[:2], *events[3:5])
        await caught_up(console)
        async with console.database.acquire() as connection:
            view = await read_referral(connection, KEY)
            needs = await read_needs(connection, datetime.now(UTC))
            pairs = (await read_assurance(connection)).pairs
        assert view is not None
        assert [(each.first, each.last) for each in view.steps if isinstance(each, Gap)] == [(2, 2)]
        assert view.head.gaps == 1
        assert [(each.kind, each.agency) for each in needs] == [(NeedKind.NUMBERS_MISSING, RECIPIENT)]
        assert [pair.missing for pair in pairs] == [1, 0]

        await write.say(lost, events[3])
        await caught_up(console)
        async with console.database.acquire() as connection:
            view = await read_referral(connection, KEY)
            assert await read_needs(connection, datetime.now(UTC)) == ()
        assert view is not None
        assert (view.head.gaps, view.head.state) == (0, "completed")
        again = [each for each in view.steps if not isinstance(each, Gap) and each.sends == 2]
        assert [(each.sequence, each.differing) for each in again] == [(3, True)]


async def test_garbage_is_counted_and_stops_nothing(console: Console) -> None:
    mailbox = topic_of(console.centre.address(RECIPIENT), Family.REFERRAL)
    stranger = Event("city-welfare-team", RECIPIENT, "referral.requested.v1", KEY, 1)
    async with writer(console.centre) as write, projecting(console):
        await write.garbage(
            mailbox, (b"\xff", []), (b"", [("ce_id", b"\xff\xfe")]), (b"{}", [("\x00", b"")] * 40)
        )
        await write.say(stranger, *story(KEY))
        await caught_up(console)
    async with console.database.acquire() as connection:
        rejected = (await read_contracts(connection)).rejected
        view = await read_referral(connection, KEY)
    assert sum(each.records for each in rejected) == 4, rejected
    assert {each.topic for each in rejected} == {mailbox}
    assert view is not None
    assert view.head.ended


COUNTED = (
    "select count(*), sum(sends) from step",
    "select state, count(*) from referral group by state",
    "select state, referrals from tally where referrals <> 0",
    "select sum(records) from flow",
    "select source, recipient, records, events from edge order by 1, 2",
    "select applied from projector",
    "select count(*) from answer_sample",
    "select sum(records) from spoken where dataschema like '%referral%'",
)


async def test_ended_in_the_middle_again_and_again_everything_is_counted_once(console: Console) -> None:
    stories = 150
    said = flat(referrals(stories))
    async with writer(console.centre) as write:
        writing = asyncio.create_task(write.say(*said))
        for _ in range(6):
            async with projecting(console):
                await asyncio.sleep(1.0)
        await writing
        async with projecting(console):
            await caught_up(console)
    steps, states, tally, flow, edges, applied, samples, spoken = [
        await table(console, each) for each in COUNTED
    ]
    assert steps == [(len(said), len(said))]
    assert states == tally == [("closed", stories)]
    assert flow == applied == spoken == [(len(said),)]
    assert [row[2:] for row in edges] == [(5 * stories, 5 * stories), (2 * stories, 2 * stories)]
    assert samples == [(stories,)]
    assert await _columns_holding(console, "CANARY") == []


async def test_two_projectors_count_once(console: Console) -> None:
    said = flat(referrals(50))
    async with writer(console.centre) as write, projecting(console), projecting(console):
        await write.say(*said)
        await caught_up(console)
    assert await table(console, COUNTED[0]) == [(len(said), len(said))]
    assert await table(console, COUNTED[2]) == [("closed", 50)]


async def test_a_stream_that_waits_needs_somebody_until_it_goes_on(console: Console) -> None:
    waits = Event(RECIPIENT, SENDER, "stream.parked.v1", KEY, None)
    goes_on = Event(RECIPIENT, SENDER, "stream.heads.v1", KEY, None)
    other = Event(RECIPIENT, SENDER, "stream.heads.v1", uuid4(), None)
    async with writer(console.centre) as write, projecting(console):
        await write.say(*story(KEY)[:1], waits, other)
        await caught_up(console)
        async with console.database.acquire() as connection:
            needs = await read_needs(connection, datetime.now(UTC))
            view = await read_referral(connection, KEY)
        assert [(each.kind, each.agency, each.peer, each.key) for each in needs] == [
            (NeedKind.STREAM_WAITS, RECIPIENT, SENDER, str(KEY))
        ]
        assert view is not None
        assert [each.applied for each in view.deliveries] == [None]
        await write.say(goes_on)
        await caught_up(console)
        async with console.database.acquire() as connection:
            assert await read_needs(connection, datetime.now(UTC)) == ()


async def test_kafka_away_is_known_and_said_and_reading_goes_on_when_it_is_back(console: Console) -> None:
    away = console.settings.model_copy(update={"kafka_bootstrap": f"127.0.0.1:{free_port()}"})
    task = asyncio.create_task(Projector(away, console.database).run())
    async with asyncio.timeout(SECONDS_MAX):
        found = None
        while found is None or found.source is not Source.KAFKA_AWAY:
            await asyncio.sleep(0.1)
            async with console.database.acquire() as connection:
                found = await behind(connection, datetime.now(UTC))
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert found.away_since is not None
    assert found.as_of is None, "it was never compared with the topics"
    assert not found.is_live
    async with writer(console.centre) as write, projecting(console):
        await write.say(*story(KEY))
        back = await caught_up(console)
    assert (back.away_since, back.seconds_behind, back.applied) == (None, 0.0, 7)


COLUMNS = """
select format('select count(*) from %I where %I::text like $1', table_name, column_name) as counted,
    table_name, column_name
from information_schema.columns where table_schema = 'public'
"""


async def _columns_holding(console: Console, text: str) -> list[str]:
    async with console.database.acquire() as connection:
        return [
            f"{row['table_name']}.{row['column_name']}"
            for row in await connection.fetch(COLUMNS)
            if await connection.fetchval(row["counted"], f"%{text}%")
        ]


def unexpected(_assignment: object) -> object:
    raise AssertionError("what aiokafka does not expect of itself")


async def test_a_reader_that_would_give_nothing_for_ever_is_an_error(console: Console) -> None:
    """Else the projection would stand still without a word."""
    reader = TopicReader(console.settings)
    await reader.start()
    fetcher: Any = vars(reader._consumer)["_fetcher"]
    fetcher._get_actions_per_node = unexpected
    await reader.discover({})
    async with asyncio.timeout(SECONDS_MAX):
        while not fetcher._fetch_task.done():
            await reader.read()
    with pytest.raises(ReadingEndedError, match="AssertionError"):
        await reader.read()
    await reader.stop()
