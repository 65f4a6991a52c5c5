"""A tail that the broker lost together with the heads that told of it: told again until it is confirmed."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest
import pytest_asyncio
from confluent_kafka import ConsumerGroupTopicPartitions, TopicPartition
from confluent_kafka.admin import AdminClient
from structlog.testing import capture_logs

from ieum.delivery.maintenance.retention import pull_back
from ieum.delivery.recovering import unconfirmed
from ieum.delivery.recovering.unconfirmed import tell_again
from ieum.delivery.sending.feed_numbering import number_feed
from ieum_contracts.topics import MAILBOX_PARTITIONS, Family, login, topic_of
from ieum_lab.embedded.kafka import admin_settings
from ieum_lab.embedded.stack import Stack
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
from tests.kit.delivery.bare_agency import REFUSE
from tests.kit.delivery.conftest import Pair
from tests.kit.delivery.topics import make_mailboxes_anew

pytestmark = pytest.mark.stack
SOON = {
    "heads_ticks": 1,
    "gap_ticks": 1,
    "gap_age": timedelta(seconds=1),
    "confirm_age": timedelta(seconds=2),
}
LOST_MAILBOXES = (Family.REFERRAL, Family.DELIVERY)


async def all_told(agency: Bare) -> bool:
    """Whether everything was sent, and noted as said and not confirmed."""
    waits = "select (select count(*) from outbox) + (select count(*) from notice)"
    noted = "select number = (select max(number) from feed) from unconfirmed_until"
    return await agency.value(waits) == 0 and bool(await agency.value(noted))


async def nothing_open(agency: Bare) -> bool:
    return not await agency.value(
        "select exists (select from unconfirmed) or exists (select from heads_question)"
    )


async def test_a_tail_lost_with_its_heads_comes_while_the_sender_goes_on(
    stack: Stack, make_centre: MakeCentre
) -> None:
    """The recipient has never read anything, so nothing that its broker says shows a loss."""
    centre = await make_centre("alpha", "beta")
    alpha, beta = [await open_bare(centre, agency) for agency in ("alpha", "beta")]
    keys = new_keys(20)
    with limited(alpha, beta, **SOON):
        await alpha.start()
        for _ in range(3):
            await alpha.say(beta.address, keys)
        await until(lambda: all_told(alpha))
        await asyncio.to_thread(make_mailboxes_anew, stack, beta, *LOST_MAILBOXES)
        await beta.start()

        await quiet(alpha, beta, seconds=45)

        assert await check_histories(alpha, beta) == 2 * 3 * 20
        await until(lambda: nothing_open(alpha))
        await until(lambda: nothing_open(beta))
    await close(alpha, beta)


async def waits_since(agency: Bare, keys: list[UUID], age: timedelta) -> None:
    """Leave streams as those of which no confirmation ever came."""
    await agency.change(
        """
        insert into unconfirmed (key, peer, family, said, since, tell_at)
        select key, peer, family, said, now() - $2::interval, now() - interval '1 second'
        from stream where key = any($1::uuid[])
        on conflict (key, peer, family) do update set since = excluded.since, tell_at = excluded.tell_at
        """,
        keys,
        age,
    )


@pytest_asyncio.fixture(loop_scope="session")
async def telling(resting: Pair) -> AsyncIterator[Pair]:
    """Give two agencies that run, and tell again what two seconds did not confirm."""
    with limited(resting.alpha, resting.beta, **SOON):
        await resting.alpha.start()
        await resting.beta.start()
        yield resting
        await resting.alpha.stop()
        await resting.beta.stop()


async def test_a_peer_whose_heads_were_lost_confirms_when_it_is_asked(telling: Pair) -> None:
    alpha, beta = telling.alpha, telling.beta
    await alpha.say(beta.address, keys := new_keys(30))
    await quiet(alpha, beta, keys=keys)
    await until(lambda: nothing_open(alpha))
    await waits_since(alpha, keys, timedelta(hours=1))
    assert not await nothing_open(alpha)

    await until(lambda: nothing_open(alpha), seconds=30)


async def test_what_was_refused_is_confirmed_and_told_no_more(telling: Pair) -> None:
    """The peer's heads tell of what was applied; a refusal may be heard before it is noted what was said."""
    alpha, beta = telling.alpha, telling.beta
    await alpha.say(beta.address, keys := new_keys(3), cause=f"{REFUSE}body.invalid")
    await quiet(alpha, beta, keys=keys)
    await until(lambda: all_told(alpha))

    await until(lambda: nothing_open(alpha), seconds=30)

    assert await alpha.value("select count(*) from told where kind = 'refused'") == 3


def commit_as_before(stack: Stack, agency: Bare, offsets: dict[int, int]) -> None:
    """Give the group the offsets that it had committed before its mailbox was cut."""
    topic = topic_of(agency.address, Family.REFERRAL)
    admin = AdminClient(admin_settings(stack.state.read()))  # type: ignore[arg-type]
    places = [TopicPartition(topic, partition, offset) for partition, offset in offsets.items()]
    group = ConsumerGroupTopicPartitions(login(agency.address), places)
    for future in admin.alter_consumer_group_offsets([group]).values():
        future.result(timeout=10)


async def test_a_mailbox_that_was_cut_and_has_grown_above_the_position_loses_nothing(
    stack: Stack, telling: Pair
) -> None:
    alpha, beta = telling.alpha, telling.beta
    await alpha.say(beta.address, keys := new_keys(60))
    await quiet(alpha, beta, keys=keys)
    await beta.stop()
    rows = await beta.rows("select partition, next_offset from position where family = 1")
    offsets = {int(str(row["partition"])): int(str(row["next_offset"])) for row in rows}
    await asyncio.to_thread(make_mailboxes_anew, stack, beta, *LOST_MAILBOXES)
    before = await check_histories(alpha, beta)
    await alpha.say(beta.address, new_keys(30 * MAILBOX_PARTITIONS))
    await until(lambda: all_told(alpha))
    await asyncio.to_thread(commit_as_before, stack, beta, offsets)

    await beta.start()
    await quiet(alpha, beta, seconds=60)

    assert await check_histories(alpha, beta) == before + 2 * 30 * MAILBOX_PARTITIONS


async def test_a_silent_peer_is_told_ever_more_slowly_and_not_for_ever(make_centre: MakeCentre) -> None:
    centre = await make_centre("alpha", "beta")
    alpha, beta = [await open_bare(centre, agency) for agency in ("alpha", "beta")]
    await alpha.say(beta.address, keys := new_keys(700))
    pauses = []
    async with alpha.database.acquire() as connection:
        await number_feed(connection)
        await unconfirmed.note_said(connection, alpha.context.limits)
        for _ in range(8):
            await connection.execute("update unconfirmed set tell_at = now()")
            assert await tell_again(connection, alpha.context, alpha.clock()) == 700
            assert await tell_again(connection, alpha.context, alpha.clock()) == 0
            pauses.append(await connection.fetchval("select min(tell_at) - now() from unconfirmed"))
    minutes = [round(each.total_seconds() / 60) for each in pauses]
    assert minutes == [10, 20, 40, 60, 60, 60, 60, 60]
    assert await alpha.value("select count(*) from notice") == 8 * 2 + 1, "heads, and one question"

    await alpha.change("update unconfirmed set tell_at = now() + interval '40 days'")
    async with alpha.database.acquire() as connection:
        await pull_back(connection)
    assert await alpha.value("select max(tell_at) <= now() from unconfirmed"), "a clock was ahead"

    await waits_since(alpha, keys[:10], timedelta(days=31))
    await alpha.change("update unconfirmed set tell_at = now()")
    async with alpha.database.acquire() as connection:
        assert await tell_again(connection, alpha.context, alpha.clock()) == 700, "told too few times yet"
    await alpha.change("update unconfirmed set tellings = 99")
    await waits_since(alpha, keys[:10], timedelta(days=31))
    with capture_logs() as logs:
        async with alpha.database.acquire() as connection:
            assert await tell_again(connection, alpha.context, alpha.clock()) == 0
    assert [(each["event"], each["streams"]) for each in logs] == [("heads.never-confirmed", 10)]
    assert await alpha.value("select count(*) from unconfirmed") == 690
    await close(alpha, beta)
