"""Agencies tell each other how far their streams have come: what was lost is sent again, or seen."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from ieum.delivery.blocked.source_breaker import COMPARING, TOO_MANY
from ieum.delivery.recovering.heads import BEHIND, HeadsPublisher
from ieum.delivery.sending.feed_numbering import number_feed
from ieum_contracts.address import Address
from ieum_contracts.delivery import StreamHeads
from ieum_lab.testing.plugin import MakeCentre
from tests.kit.delivery.agencies import (
    Bare,
    check_histories,
    close,
    limited,
    new_keys,
    open_bare,
    quiet,
    until,
)
from tests.kit.delivery.conftest import Pair

pytestmark = pytest.mark.stack
EMPTY = "truncate outbox, feed, ledger, stream, notice; update feed_epoch set epoch = default"


@pytest_asyncio.fixture(loop_scope="session")
async def talkative(resting: Pair) -> AsyncIterator[Pair]:
    """Give two agencies that tell their heads every second and miss what a second did not bring."""
    both = resting.alpha, resting.beta
    with limited(*both, heads_ticks=1, gap_ticks=1, gap_age=timedelta(seconds=1)):
        await resting.alpha.start()
        await resting.beta.start()
        yield resting
        await resting.alpha.stop()
        await resting.beta.stop()


async def test_a_tail_that_never_left_is_asked_for_and_sent_from_the_ledger(talkative: Pair) -> None:
    alpha, beta = talkative.alpha, talkative.beta
    keys = new_keys(3)
    await alpha.say(beta.address, keys)
    await quiet(alpha, beta)
    await alpha.stop()
    await alpha.say(beta.address, keys)
    await alpha.change("delete from outbox")
    await alpha.start()

    await quiet(alpha, beta)

    assert await check_histories(alpha, beta) == 12


async def test_who_begins_to_lead_tells_the_newest_heads_first(resting: Pair) -> None:
    alpha, beta = resting.alpha, resting.beta
    await alpha.change(EMPTY)
    keys = new_keys(25)
    await alpha.say(beta.address, keys)
    with limited(alpha, heads_entries=10):
        telling, told = HeadsPublisher(alpha.context), list[list[UUID]]()
    async with alpha.database.acquire() as connection:
        await number_feed(connection)
        for _ in range(4):
            await telling.say(connection, alpha.clock())
            rows = await connection.fetch("delete from notice returning body")
            told.append(
                [head.key for row in rows for head in StreamHeads.model_validate_json(row["body"]).heads]
            )

        assert [sorted(each) for each in told] == [
            sorted(keys[15:]),
            sorted(keys[5:15]),
            sorted(keys[:10]),
            [],
        ]
        assert not telling.behind
        await alpha.change("update feed set number = number - 20")  # an older copy gives numbers again
        await telling.say(connection, alpha.clock())
        assert await connection.fetchval("select count(*) from notice") > 0
    await alpha.change(EMPTY)


async def test_a_sender_restored_from_an_old_backup_gives_no_number_twice(talkative: Pair) -> None:
    alpha, beta = talkative.alpha, talkative.beta
    (key,) = new_keys(1)
    for _ in range(3):
        await alpha.say(beta.address, [key])
    await quiet(alpha, beta)
    await alpha.stop()
    await alpha.change("update stream set said = 1 where key = $1", key)
    await alpha.change("delete from ledger where key = $1 and said and sequence > 1", key)
    await alpha.start()
    await beta.stop()  # at its start an agency tells all its heads
    await beta.start()

    async def seen() -> bool:
        return await alpha.value("select stopped from stream where key = $1", key) == BEHIND

    await until(seen)
    assert await alpha.value("select said from stream where key = $1", key) == 3
    assert await beta.value("select count(*) from quarantine") == 0


async def ask_in_vain(agency: Bare, peer: Address) -> None:
    """Leave an agency as one that asked a peer an hour ago."""
    await agency.change(
        """
        insert into source (peer, since, held, held_since, asked)
        select id, now(), $1, now() - interval '1 hour', $2 from peer where address = $3
        on conflict (peer) do update set
            held = excluded.held, held_since = excluded.held_since, asked = excluded.asked
        """,
        COMPARING,
        uuid4(),
        str(peer),
    )


async def released(agency: Bare) -> bool:
    return not await agency.value("select exists (select from source where held is not null)")


async def test_a_peer_that_never_got_the_question_is_asked_again_and_then_released(talkative: Pair) -> None:
    alpha, beta = talkative.alpha, talkative.beta
    (key,) = new_keys(1)
    await beta.say(alpha.address, [key])
    await quiet(alpha, beta, keys=[key])
    await ask_in_vain(alpha, beta.address)

    await until(lambda: released(alpha))


async def test_a_peer_that_was_held_for_its_wrong_events_is_held_after_the_comparison_too(
    talkative: Pair,
) -> None:
    alpha, beta = talkative.alpha, talkative.beta
    await alpha.say(beta.address, [key := new_keys(1)[0]])
    await quiet(alpha, beta, keys=[key])
    await ask_in_vain(alpha, beta.address)
    begun = datetime.now(UTC) - timedelta(minutes=20)
    await alpha.change("update source set since = $1, troubles = $2 + 1", begun, alpha.context.troubles_max)

    async def compared() -> bool:
        return await alpha.value("select asked is null from source") is True

    await until(compared)
    [row] = await alpha.rows("select held, held_until from source")
    assert row == {"held": TOO_MANY, "held_until": begun + timedelta(hours=1)}
    await alpha.change("update source set held_until = now()")
    await until(lambda: released(alpha))


async def test_a_peer_that_never_heard_of_who_asks_answers_all_the_same(make_centre: MakeCentre) -> None:
    """An agency that has only ever listened, or whose first event was lost, is restored."""
    centre = await make_centre("alpha", "beta")
    alpha, beta = [await open_bare(centre, agency) for agency in ("alpha", "beta")]
    async with alpha.database.acquire() as connection:
        await alpha.context.peers.know(connection, [beta.address])
    await ask_in_vain(alpha, beta.address)
    with limited(alpha, beta, gap_ticks=1):
        await alpha.start()
        await beta.start()

    await until(lambda: released(alpha))

    assert await beta.value("select count(*) from quarantine") == 0
    await close(alpha, beta)
