"""Parked events go on when time, a repair, an operator, a referral or newer contracts let them."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
import pytest_asyncio

from ieum.delivery.blocked import operator_actions
from ieum.delivery.blocked.operator_actions import Act, Acted
from ieum.delivery.blocked.parked_event import AWAITING_DELAY, RETRY_DELAYS
from ieum.delivery.streams.stream import StreamKey
from ieum_contracts.catalogue import EVENT_TYPES
from ieum_contracts.eligibility import EligibilityChanged, Standing
from ieum_contracts.referral import ReferralAmended
from ieum_lab.embedded.stack import Stack
from tests.kit.delivery import wire
from tests.kit.delivery.agencies import Bare, limited, new_keys, quiet, until
from tests.kit.delivery.bare_agency import AWAIT, BREAK, RAISE
from tests.kit.delivery.conftest import Pair

pytestmark = pytest.mark.stack
ACT = Act(by="tester", reason="tried-by-hand")
ATTEMPTS_MAX = len(RETRY_DELAYS) + 1


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def brisk(resting: Pair) -> AsyncIterator[Pair]:
    """Give two agencies with frequent maintenance."""
    with limited(resting.alpha, resting.beta, tick_seconds=0.05, gap_ticks=1):
        await resting.alpha.start()
        await resting.beta.start()
        await resting.alpha.say(resting.beta.address, new_keys(1))
        await quiet(resting.alpha, resting.beta)
        yield resting
        resting.alpha.check()
        resting.beta.check()


async def heal(beta: Bare, key: UUID) -> None:
    await beta.change("insert into healed values ($1)", key)


async def at(beta: Bare, key: UUID) -> StreamKey:
    [row] = await beta.rows("select key, peer, family from stream where key = $1", key)
    return StreamKey(**row)  # type: ignore[arg-type]


async def act(beta: Bare, verb: str, key: UUID, wish: Act = ACT) -> Acted | None:
    where = await at(beta, key)
    async with beta.database.acquire() as connection, connection.transaction():
        if verb == "retry":
            return await operator_actions.retry(connection, where, wish, beta.clock())
        return await operator_actions.skip(connection, beta.context, where, wish, beta.clock())


async def attempts(beta: Bare, key: UUID) -> object:
    return await beta.value("select max(attempts) from parked where key = $1", key)


async def effects(beta: Bare, key: UUID) -> list[object]:
    return [
        row["sequence"]
        for row in await beta.rows("select sequence from effect where key = $1 order by o", key)
    ]


async def die(beta: Bare, key: UUID) -> None:
    """Let the time of all attempts pass."""
    for attempt, delay in enumerate(RETRY_DELAYS, start=1):

        async def tried(attempt: int = attempt) -> bool:
            return await attempts(beta, key) == attempt

        await until(tried)
        beta.clock.ahead += delay

    async def dead() -> bool:
        return await beta.value("select dead from parked where key = $1 and sequence = 1", key) is True

    await until(dead)


@pytest.mark.parametrize("cause", [RAISE, BREAK])
async def test_what_we_cannot_take_in_is_tried_again_and_goes_on_when_we_are_mended(
    brisk: Pair, cause: str
) -> None:
    alpha, beta = brisk.alpha, brisk.beta
    [key, other] = new_keys(2)
    await alpha.say(beta.address, [key], cause=cause)
    await alpha.say(beta.address, [key, key, other])

    async def waits() -> bool:
        return await effects(beta, other) == [1] and await attempts(beta, key) == 1

    await until(waits)
    beta.clock.ahead += RETRY_DELAYS[0]

    async def waits_longer() -> bool:
        return await attempts(beta, key) == 2

    await until(waits_longer)
    assert await effects(beta, key) == []
    await heal(beta, key)
    beta.clock.ahead += RETRY_DELAYS[1]
    await quiet(alpha, beta, keys=[key])
    assert await effects(beta, key) == [1, 2, 3]


async def test_one_event_that_breaks_every_flush_does_not_keep_others_waiting(brisk: Pair) -> None:
    alpha, beta = brisk.alpha, brisk.beta
    broken, mended = sorted(new_keys(2))
    await alpha.say(beta.address, [broken], cause=BREAK)
    await alpha.say(beta.address, [mended], cause=RAISE)

    async def both_wait() -> bool:
        return await attempts(beta, broken) == 1 and await attempts(beta, mended) == 1

    await until(both_wait)
    await heal(beta, mended)
    beta.clock.ahead += RETRY_DELAYS[0]

    async def mended_goes_on() -> bool:
        return await effects(beta, mended) == [1]

    await until(mended_goes_on)
    await heal(beta, broken)
    beta.clock.ahead += RETRY_DELAYS[1]
    await quiet(alpha, beta, keys=[broken, mended])


@pytest.mark.parametrize("cause", [RAISE, BREAK])
async def test_what_was_tried_in_vain_is_left_to_an_operator(brisk: Pair, cause: str) -> None:
    alpha, beta = brisk.alpha, brisk.beta
    [key] = new_keys(1)
    await alpha.say(beta.address, [key], cause=cause)
    await alpha.say(beta.address, [key])
    await die(beta, key)
    assert await attempts(beta, key) == ATTEMPTS_MAX
    beta.clock.ahead += timedelta(days=1)
    await heal(beta, key)

    assert await act(beta, "retry", key, replace(ACT, dry_run=True)) == Acted(1, "fold.failed")
    assert await beta.value("select dead from parked where key = $1 and sequence = 1", key) is True
    assert not await beta.rows("select from operator_act where key = $1", key)
    assert await act(beta, "retry", key) == Acted(1, "fold.failed")
    await quiet(alpha, beta, keys=[key])
    assert await effects(beta, key) == [1, 2]
    assert await act(beta, "retry", key) is None


async def test_an_operator_passes_over_exactly_one_number_and_the_sender_is_told(brisk: Pair) -> None:
    alpha, beta = brisk.alpha, brisk.beta
    [key] = new_keys(1)
    await alpha.say(beta.address, [key], cause=RAISE)
    await alpha.say(beta.address, [key, key])

    async def waits() -> bool:
        return await attempts(beta, key) == 1

    await until(waits)
    assert await act(beta, "skip", key, replace(ACT, dry_run=True)) == Acted(1, "fold.failed")
    assert await attempts(beta, key) == 1
    assert await act(beta, "skip", key) == Acted(1, "fold.failed")
    await quiet(alpha, beta, keys=[key])
    assert await effects(beta, key) == [2, 3]
    assert (
        await beta.value("select fate from ledger where key = $1 and not said and sequence = 1", key)
        == "skipped"
    )
    told = "select reason from told where key = $1 and kind = 'skipped'"
    assert await alpha.value(told, key) == "tried-by-hand"
    assert await beta.value("select by from operator_act where key = $1", key) == "tester"
    assert await act(beta, "skip", key) is None


async def test_a_stream_that_a_conflict_stopped_goes_on_with_what_was_heard_first(
    stack: Stack, brisk: Pair
) -> None:
    alpha, beta = brisk.alpha, brisk.beta
    [key] = new_keys(1)
    say = [wire.event(alpha.address, beta.address, key, n, ReferralAmended()) for n in (1, 1, 2)]
    wire.produce(stack, say)

    async def stopped() -> bool:
        parked = await beta.value("select reason from parked where key = $1", key)
        return parked == "stream.waiting"

    await until(stopped)
    assert await beta.value("select stopped from stream where key = $1", key) == "sequence.conflict"
    assert await act(beta, "retry", key) == Acted(2, "sequence.conflict")

    async def goes_on() -> bool:
        return await effects(beta, key) == [1, 2]

    await until(goes_on)


async def test_what_is_missing_is_asked_for_and_sent_again_from_the_ledger(brisk: Pair) -> None:
    alpha, beta = brisk.alpha, brisk.beta
    [key] = new_keys(1)
    await alpha.stop()
    await alpha.say(beta.address, [key] * 5)
    await alpha.change("delete from outbox where key = $1 and sequence in (1, 3)", key)
    await alpha.start()

    async def parked() -> bool:
        return await beta.value("select count(*) from parked where key = $1", key) == 3

    await until(parked)
    beta.clock.ahead += brisk.beta.context.limits.gap_age
    await quiet(alpha, beta, keys=[key])
    assert await effects(beta, key) == [1, 2, 3, 4, 5]
    assert not await beta.rows("select from parked where key = $1", key)


async def test_an_early_event_goes_on_when_its_referral_arrives_on_another_family(brisk: Pair) -> None:
    alpha, beta = brisk.alpha, brisk.beta
    [key] = new_keys(1)
    changed = EligibilityChanged(
        programme="work-start", old=Standing.LIKELY, new=Standing.UNLIKELY, effective_on=date(2026, 7, 1)
    )
    await alpha.say(beta.address, [key], changed, cause=AWAIT)

    async def waits() -> bool:
        return await beta.value("select reason from parked where key = $1", key) == "awaiting-referral"

    await until(waits)
    await heal(beta, key)
    assert await beta.value("select count(*) from parked where key = $1", key) == 1
    await alpha.say(beta.address, [key])
    assert await quiet(alpha, beta, keys=[key]) < AWAITING_DELAY.total_seconds() / 2, "it was not woken"
    families = await beta.rows("select family from effect where key = $1 order by o", key)
    assert [row["family"] for row in families] == ["referral", "eligibility"]


async def test_what_was_not_understood_is_tried_again_by_a_process_with_newer_contracts(
    stack: Stack, brisk: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    alpha, beta = brisk.alpha, brisk.beta
    [key] = new_keys(1)
    [new, after] = [wire.event(alpha.address, beta.address, key, n, ReferralAmended()) for n in (1, 2)]
    new = new.having("ce_type", b"referral.new.v1").having("ce_dataschema", b"urn:ieum:referral.new:1.0")
    wire.produce(stack, [new, after])

    async def waits() -> bool:
        return await beta.value("select count(*) from parked where key = $1", key) == 2

    await until(waits)
    beta.clock.ahead += timedelta(days=1)
    row = replace(EVENT_TYPES["referral.amended.v1"], name="referral.new")
    monkeypatch.setitem(EVENT_TYPES, "referral.new.v1", row)
    await beta.stop()
    await beta.start()

    async def understood() -> bool:
        return await effects(beta, key) == [1, 2]

    await until(understood)
    assert datetime.now(UTC) < beta.clock()
