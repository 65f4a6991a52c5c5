"""What one transaction says stands in its order in outbox and feed, and two never draw one number."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import UUID

import pytest
import pytest_asyncio

from ieum.delivery.blocked.source_breaker import COMPARING
from ieum.delivery.sending.feed_numbering import number_feed
from ieum.delivery.sending.outbox import Cause, StreamBlocked
from ieum.delivery.streams.batch_write import Rows, write_rows
from ieum.delivery.streams.ledger import HEARD, REFUSED, LedgerEntry
from ieum.delivery.streams.stream import StreamKey, lock_streams
from ieum.errors import Transient
from ieum_contracts.message import Say
from ieum_contracts.referral import ReferralAmended
from tests.kit.delivery.agencies import Bare, new_keys, say
from tests.kit.delivery.conftest import Pair
from tests.kit.delivery.rows import add_stream, peer_of

pytestmark = pytest.mark.stack

EVENTS = 60
WAITS_SECONDS = 0.3
ALL = "truncate stream, ledger, outbox, feed, source; update feed_epoch set epoch = default"


@pytest_asyncio.fixture(loop_scope="session")
async def alpha(resting: Pair) -> AsyncIterator[Bare]:
    """Give an agency without rows."""
    await resting.alpha.change(ALL)
    yield resting.alpha
    await resting.alpha.change(ALL)
    resting.alpha.context.restore_check.settle(comparing=False)


def says(to: Bare, key: UUID, count: int = EVENTS) -> list[Say]:
    return [Say(to.address, key, None, ReferralAmended())] * count


async def say_together(agency: Bare, to: Bare, key: UUID, count: int = EVENTS) -> None:
    """Say many events on one stream, in one transaction."""
    await peer_of(agency, to)
    async with agency.database.acquire() as connection, connection.transaction():
        await say(agency.outbox, connection, says(to, key, count), Cause("test"), agency.clock())


async def numbers(agency: Bare, query: str) -> list[object]:
    return [row["sequence"] for row in await agency.rows(query)]


async def test_outbox_and_feed_have_the_order_in_which_it_was_said(resting: Pair, alpha: Bare) -> None:
    await say_together(alpha, resting.beta, new_keys(1)[0])
    in_order = list(range(1, EVENTS + 1))
    assert await numbers(alpha, "select sequence from outbox order by id") == in_order
    assert await numbers(alpha, "select sequence from feed order by id") == in_order


async def test_the_feed_is_numbered_whole_and_in_the_order_of_its_rows(resting: Pair, alpha: Bare) -> None:
    await say_together(alpha, resting.beta, new_keys(1)[0])
    async with alpha.database.acquire() as connection:
        assert await number_feed(connection, rows_max=EVENTS // 4)
        assert not await number_feed(connection)
    rows = await alpha.rows("select number, sequence from feed order by number")
    assert [(row["number"], row["sequence"]) for row in rows] == [(n, n) for n in range(1, EVENTS + 1)]


async def test_what_had_no_effect_is_not_in_the_feed(resting: Pair, alpha: Bare) -> None:
    [key], peer = new_keys(1), await peer_of(alpha, resting.beta)
    applied = LedgerEntry(StreamKey(key, peer, 1), HEARD, 1, key, "referral.amended.v1", b"", b"", None)
    refused = replace(applied, sequence=2, fate=REFUSED, reason="wrong-party")
    async with alpha.database.acquire() as connection:
        await write_rows(connection, Rows(entries=[applied, refused]))
    assert await numbers(alpha, "select sequence from feed") == [1]


async def test_nothing_is_said_on_a_stopped_stream_or_to_a_peer_that_is_compared(
    resting: Pair, alpha: Bare
) -> None:
    [stopped, other], peer = new_keys(2), await peer_of(alpha, resting.beta)
    await add_stream(alpha, StreamKey(stopped, peer, 1), said=3, stopped="restored.behind")
    with pytest.raises(StreamBlocked, match=r"restored\.behind"):
        await say_together(alpha, resting.beta, stopped)

    hold = "insert into source (peer, since, held, held_since) values ($1, now(), $2, now())"
    await alpha.change(hold, peer, COMPARING)
    alpha.context.restore_check.settle(comparing=True)
    with pytest.raises(StreamBlocked, match=COMPARING):
        await say_together(alpha, resting.beta, other)
    assert await alpha.value("select count(*) from outbox") == 0


async def test_a_second_one_waits_for_the_number_of_the_first(resting: Pair, alpha: Bare) -> None:
    [key] = new_keys(1)
    await say_together(alpha, resting.beta, key, 1)
    async with alpha.database.acquire() as first:
        async with first.transaction():
            await lock_streams(first, [key])
            second = asyncio.create_task(say_together(alpha, resting.beta, key, 1))
            await asyncio.sleep(WAITS_SECONDS)
            assert not second.done()
        await second
    assert await numbers(alpha, "select sequence from ledger order by sequence") == [1, 2]


async def test_of_two_who_begin_one_stream_the_second_is_to_try_again(resting: Pair, alpha: Bare) -> None:
    [key] = new_keys(1)
    await peer_of(alpha, resting.beta)
    async with alpha.database.acquire() as first:
        async with first.transaction():
            await say(alpha.outbox, first, says(resting.beta, key, 1), Cause("test"), alpha.clock())
            second = asyncio.create_task(say_together(alpha, resting.beta, key, 1))
            await asyncio.sleep(WAITS_SECONDS)
        with pytest.raises(Transient):
            await second
    assert await numbers(alpha, "select said as sequence from stream") == [1]


async def test_what_stopped_a_stream_stays_when_its_row_is_written_again(resting: Pair, alpha: Bare) -> None:
    at = StreamKey(new_keys(1)[0], await peer_of(alpha, resting.beta), 1)
    await add_stream(alpha, at, said=2, stopped="sequence.conflict")
    async with alpha.database.acquire() as connection, connection.transaction():
        stream = (await lock_streams(connection, [at.key]))[at]
        stream.heard = 7
        await write_rows(connection, Rows([stream]))
    assert await alpha.rows("select said, heard, stopped from stream") == [
        {"said": 2, "heard": 7, "stopped": "sequence.conflict"}
    ]
