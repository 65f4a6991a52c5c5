"""What two agencies say to each other arrives: all of it, once, in order, over restarts."""

import asyncio

import pytest

from ieum.delivery.sending.outbox import Cause
from ieum.delivery.streams.batch_write import Rows, write_rows
from ieum.delivery.streams.stream import StreamKey, lock_streams
from ieum.errors import Transient
from ieum_contracts.message import Say
from ieum_contracts.referral import ReferralAmended
from tests.kit.delivery.agencies import check_histories, new_keys, quiet, say, until
from tests.kit.delivery.conftest import Pair

pytestmark = pytest.mark.stack


async def test_events_and_their_answers_arrive_once_and_in_order(pair: Pair) -> None:
    keys = new_keys(20)
    for _ in range(5):
        await asyncio.gather(
            pair.alpha.say(pair.beta.address, keys), pair.beta.say(pair.alpha.address, keys[:5])
        )
    await quiet(pair.alpha, pair.beta)

    assert await check_histories(pair.alpha, pair.beta) == 2 * (5 * 20 + 5 * 5)


async def test_an_agency_that_was_away_hears_what_was_said_meanwhile(pair: Pair) -> None:
    keys = new_keys(20)
    await pair.alpha.say(pair.beta.address, keys)
    await pair.beta.stop()
    await pair.alpha.say(pair.beta.address, keys * 3)
    await pair.alpha.stop()
    await pair.beta.start()
    await pair.beta.say(pair.alpha.address, keys)
    await pair.alpha.start()
    await quiet(pair.alpha, pair.beta)
    await check_histories(pair.alpha, pair.beta)


async def test_both_may_begin_to_speak_on_the_same_keys_at_once(pair: Pair) -> None:
    for _ in range(3):
        keys = new_keys(30)
        await asyncio.gather(pair.alpha.say(pair.beta.address, keys), pair.beta.say(pair.alpha.address, keys))
    await quiet(pair.alpha, pair.beta)
    await check_histories(pair.alpha, pair.beta)
    assert not await pair.alpha.rows("select from parked")
    assert not await pair.beta.rows("select from parked")


@pytest.mark.parametrize("both_say", [False, True])
async def test_a_stream_that_two_transactions_begin_is_kept_from_one_of_them(
    pair: Pair, *, both_say: bool
) -> None:
    await pair.alpha.say(pair.beta.address, new_keys(1))
    [key] = new_keys(1)
    at = StreamKey(key, pair.alpha.context.peers.number(pair.beta.address), 1)
    async with pair.alpha.database.acquire() as first, pair.alpha.database.acquire() as second:
        begin = first.transaction()
        await begin.start()
        said, cause, now = (
            Say(pair.beta.address, key, None, ReferralAmended()),
            Cause("test"),
            pair.alpha.clock(),
        )
        await say(pair.alpha.outbox, first, [said], cause, now)
        with pytest.raises(Transient):  # noqa: PT012 - what is raised ends the transaction
            async with second.transaction():
                streams = await lock_streams(second, [key])
                streams[at].heard, streams[at].changed = 1, True
                entries = pair.alpha.outbox.entries(streams, [(said, cause)], now) if both_say else []
                writing = asyncio.create_task(write_rows(second, Rows(streams.changed(), entries)))
                await asyncio.sleep(0.05)
                await begin.commit()
                await writing
    assert await pair.alpha.value("select said from stream where key = $1", key) == 1
    await quiet(pair.alpha, pair.beta)
    await check_histories(pair.alpha, pair.beta)


async def test_writers_of_one_stream_draw_its_numbers_in_the_order_of_the_outbox(pair: Pair) -> None:
    await pair.alpha.stop()
    [key] = new_keys(1)
    await pair.alpha.say(pair.beta.address, [key])
    await asyncio.gather(*(pair.alpha.say(pair.beta.address, [key] * 10) for _ in range(4)))
    rows = await pair.alpha.rows("select sequence from outbox where key = $1 order by id", key)
    assert [row["sequence"] for row in rows] == list(range(1, 42))
    await pair.alpha.start()
    await quiet(pair.alpha, pair.beta)
    await check_histories(pair.alpha, pair.beta)


async def test_what_commits_late_is_numbered_late_in_the_feed(pair: Pair) -> None:
    alpha, [early, late] = pair.alpha, new_keys(2)
    number = "select number from feed where key = $1 and said"
    async with alpha.database.acquire() as slow:
        transaction = slow.transaction()
        await transaction.start()
        said = Say(pair.beta.address, late, None, ReferralAmended())
        await say(alpha.outbox, slow, [said], Cause("test"), alpha.clock())
        await alpha.say(pair.beta.address, [early])

        async def numbered() -> bool:
            return await alpha.value(number, early) is not None

        await until(numbered)
        await transaction.commit()
    await quiet(alpha, pair.beta)

    async def in_order() -> bool:
        return await alpha.value(number, late) is not None

    await until(in_order)
    numbers = [int(str(await alpha.value(number, key))) for key in (early, late)]
    assert numbers == sorted(numbers)
    ids = [await alpha.value("select id from feed where key = $1 and said", key) for key in (late, early)]
    assert ids == sorted(map(int, map(str, ids)))
    everything = await alpha.rows("select number from feed where number is not null order by number")
    assert [row["number"] for row in everything] == list(range(1, len(everything) + 1))
