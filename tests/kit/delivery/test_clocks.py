"""A clock that is wrong for a while destroys nothing early, keeps nothing too long, and holds up no wait."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from asyncpg import Connection

from ieum.delivery.blocked.parked_event import RETRY_DELAYS
from ieum.delivery.blocked.source_breaker import COMPARING, release_due
from ieum.delivery.maintenance.clock_repair import pull_back_waits
from ieum.delivery.maintenance.retention import KEPT, Retention, pull_back
from tests.kit.delivery.agencies import Bare, new_keys, quiet, until
from tests.kit.delivery.bare_agency import RAISE
from tests.kit.delivery.conftest import Pair
from tests.kit.delivery.test_retention import AGE, BEGIN, BODIES, HOUR, Turns

pytestmark = pytest.mark.stack
AHEAD = timedelta(days=40)
TOLD_SECONDS_MAX = 5.0
DONE = "select at - now() from done_until where what = 'ledger-bodies'"


async def said_and_heard(pair: Pair) -> list[object]:
    """Let both agencies say something, and give how many bodies each has."""
    await pair.alpha.say(pair.beta.address, new_keys(3))
    await quiet(pair.alpha, pair.beta)
    return [await agency.value(BODIES) for agency in (pair.alpha, pair.beta)]


async def test_a_process_with_a_clock_forty_days_ahead_clears_nothing_of_today(pair: Pair) -> None:
    alpha, beta = pair.alpha, pair.beta
    alpha.clock.ahead = beta.clock.ahead = AHEAD
    bodies = await said_and_heard(pair)
    turns = [Turns(alpha), Turns(beta)]
    for _ in range(50):
        for each in turns:
            await each.after(HOUR)
    alpha.clock.ahead = beta.clock.ahead = timedelta()
    assert [await agency.value(BODIES) for agency in (alpha, beta)] == bodies
    assert timedelta(days=-31) < await behind(alpha) <= -KEPT, "done_until is no further than what is due"
    for agency in (alpha, beta):
        assert await agency.value("select bool_and(at <= now()) from ledger")
    for agency, each in zip((alpha, beta), turns, strict=True):
        await agency.change(AGE, KEPT + timedelta(minutes=1))
        await agency.change("update done_until set at = now() - interval '31 days'")
        await each.after(HOUR)
        await each.after(HOUR)
        assert await agency.value(BODIES) == 0


async def behind(agency: Bare) -> timedelta:
    """Say how far the horizon stands from now."""
    found = await agency.value(DONE)
    assert isinstance(found, timedelta)
    return found


async def test_a_horizon_in_the_future_goes_back_so_that_what_is_said_until_then_is_cleared(
    pair: Pair,
) -> None:
    alpha = pair.alpha
    await said_and_heard(pair)
    await alpha.change("update done_until set at = now() + interval '1 day'")
    turns = Turns(alpha)
    await turns.after(HOUR)
    assert timedelta(days=-31) < await behind(alpha) <= -KEPT
    await alpha.change(AGE, KEPT + timedelta(minutes=1))
    await alpha.change(BEGIN)
    for _ in range(3):
        await turns.after(HOUR)
    assert await alpha.value(BODIES) == 0


SKEW = """
create schema if not exists skewed;
create or replace function skewed.now() returns timestamptz language sql stable
    as 'select pg_catalog.now() + interval ''40 days''';
"""


class Skewed:
    """Connections to a database whose clock is forty days ahead."""

    def __init__(self, agency: Bare) -> None:
        self._database = agency.database

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Connection]:
        async with self._database.acquire() as connection:
            await connection.execute("set search_path = skewed, pg_catalog, public")
            try:
                yield connection
            finally:
                await connection.execute("reset search_path")


async def test_a_database_whose_clock_jumps_destroys_a_day_in_each_real_hour_and_comes_back(
    pair: Pair, capsys: pytest.CaptureFixture[str]
) -> None:
    alpha = pair.alpha
    bodies = (await said_and_heard(pair))[0]
    await alpha.change("update done_until set at = now() - $1::interval", KEPT)
    await alpha.change(SKEW)
    seconds = 0.0
    skewed = Retention(replace(alpha.context, database=Skewed(alpha)), lambda: seconds)
    for _ in range(6):
        seconds += HOUR
        for _ in range(100):
            await skewed.turn()
    assert await behind(alpha) <= -KEPT + timedelta(days=6, minutes=1)
    assert await alpha.value(BODIES) == bodies
    assert "retention.behind" in capsys.readouterr().out
    await alpha.change("update ledger set at = at + interval '40 days'")  # said while it was ahead
    await Turns(alpha).after(HOUR)
    assert await behind(alpha) <= -KEPT
    assert await alpha.value("select bool_and(at <= now()) from ledger")


WAITS = "select retry_at - $2::timestamptz from parked where key = $1 and sequence = 1"


async def test_what_waits_is_tried_in_time_when_the_clock_was_ahead_and_has_stepped_back(pair: Pair) -> None:
    alpha, beta = pair.alpha, pair.beta
    [key] = new_keys(1)
    beta.clock.ahead = AHEAD
    await alpha.say(beta.address, [key], cause=RAISE)

    async def failed() -> bool:
        return await beta.value("select attempts from parked where key = $1", key) == 1

    await until(failed)
    beta.clock.ahead = timedelta()
    await beta.change("insert into healed values ($1)", key)
    await quiet(alpha, beta, keys=[key])


async def test_a_wait_is_pulled_back_to_what_its_attempts_would_make_it(pair: Pair) -> None:
    beta = pair.beta
    now = beta.clock()
    [key] = new_keys(1)
    await beta.change(PARK, key, now + AHEAD, 3)
    async with beta.database.acquire() as connection:
        await pull_back_waits(connection, now)
    assert await beta.value(WAITS, key, now) == RETRY_DELAYS[2]
    assert await beta.value("select since <= $2 from parked where key = $1", key, now)
    await beta.change("delete from parked where key = $1", key)


PARK = """
insert into parked (key, peer, family, sequence, event_id, type, headers, body, digest, reason, since,
    attempts, retry_at)
values ($1, 1, 1, 1, $1, 'referral.amended.v1', '', '', '', 'fold.failed', $2, $3, $2)
"""


async def test_a_source_that_a_clock_ahead_has_held_is_released_within_its_hour(pair: Pair) -> None:
    beta = pair.beta
    now = beta.clock()
    await beta.change(HOLD, now + AHEAD)
    async with beta.database.acquire() as connection:
        await pull_back_waits(connection, now)
    assert await beta.value(HELD, now)
    await beta.change("delete from source where peer = 99")


async def test_a_source_that_waits_for_an_answer_is_given_no_end_by_a_clock_that_steps_back(
    pair: Pair,
) -> None:
    """Only its answer releases it: before that, numbers may be given twice."""
    beta = pair.beta
    now = beta.clock()
    await beta.change(COMPARED, now + AHEAD, COMPARING)
    async with beta.database.acquire() as connection:
        await pull_back_waits(connection, now)
        assert await beta.value("select held_until is null and since <= $1 from source where peer = 99", now)
        await beta.change("update source set held_until = $1 where peer = 99", now)
        await release_due(connection, beta.context, now)
    assert await beta.value("select held from source where peer = 99") == COMPARING
    await beta.change("delete from source where peer = 99")


async def test_a_gap_that_was_not_asked_for_yet_is_not_taken_for_asked_by_a_clock_that_steps_back(
    pair: Pair,
) -> None:
    beta, [key] = pair.beta, new_keys(1)
    await beta.change(EXPECTED, key)
    async with beta.database.acquire() as connection:
        await pull_back(connection)
    row = "select since <= now() and asked_at is null from expected where key = $1"
    assert await beta.value(row, key)
    await beta.change("delete from expected where key = $1", key)


EXPECTED = "insert into expected values ($1, 1, 1, 1, now() + interval '1 hour')"
COMPARED = "insert into source (peer, since, held, held_since) values (99, $1, $2, $1)"
HELD = """
select held_until <= $1::timestamptz + interval '1 hour' and since <= $1 from source where peer = 99
"""
HOLD = """
insert into source (peer, since, troubles, held, held_since, held_until)
values (99, $1, 1, 'source.held', $1, $1::timestamptz + interval '1 hour')
"""


async def test_a_gap_is_told_between_thirty_and_thirty_five_seconds(pair: Pair) -> None:
    alpha, beta = pair.alpha, pair.beta
    [key] = new_keys(1)
    await alpha.stop()
    await alpha.say(beta.address, [key] * 2)
    await alpha.change("delete from outbox where key = $1 and sequence = 1", key)
    await alpha.start()

    async def parked() -> bool:
        return await beta.value("select count(*) from parked where key = $1", key) == 1

    await until(parked)
    beta.clock.ahead = beta.context.limits.gap_age / 2
    await asyncio.sleep(beta.context.limits.gap_ticks + 1)
    assert await parked()
    beta.clock.ahead = beta.context.limits.gap_age
    taken = await quiet(alpha, beta, keys=[key])
    beta.clock.ahead = timedelta()
    assert taken < TOLD_SECONDS_MAX
