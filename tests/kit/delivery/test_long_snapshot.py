"""While a snapshot is held, as by a backup, a turn of the relay passes over nothing that was long sent."""

import asyncio
import time
from dataclasses import replace
from itertools import count
from statistics import median

import pytest

from ieum.delivery.sending.feed_numbering import number_feed
from ieum.delivery.sending.outbox import Cause
from ieum.delivery.sending.outbox_sender import OutboxSender
from ieum.delivery.sending.producer import Producer
from ieum_contracts.message import Say
from ieum_contracts.referral import ReferralAmended
from ieum_lab.testing.plugin import MakeCentre
from tests.kit.delivery.agencies import Bare, close, new_keys, open_bare, say
from tests.kit.delivery.rows import only_send

pytestmark = pytest.mark.stack

EVENTS, TURNS = 30_000, 15
GROW = (
    """
    insert into ledger (key, peer, family, said, sequence, event_id, type, at, headers, digest, body)
    select key, peer, family, said, n, event_id, type, at, headers, digest, body
    from ledger, generate_series(2, $1) n
    """,
    "insert into outbox (key, peer, family, sequence) select key, peer, family, sequence from ledger",
    """
    insert into feed (key, peer, family, said, sequence)
    select key, peer, family, said, sequence from ledger where sequence <= $1 order by sequence
    """,
)


async def milliseconds(sender: OutboxSender, agency: Bare, *, remembering: bool) -> float:
    """Take turns in which nothing is to be sent, and give the usual length of one."""
    times = []
    async with agency.database.acquire() as connection:
        for _ in range(TURNS):
            if not remembering:
                sender.read_from.forget()
            began = time.perf_counter()
            assert await sender.turn() == 0
            await number_feed(connection, sender.read_from)
            times.append(time.perf_counter() - began)
    return median(times) * 1000


async def test_an_empty_turn_costs_no_more_after_many_events(
    make_centre: MakeCentre,
) -> None:
    centre = await make_centre("alpha", "beta")
    alpha, beta = [await open_bare(centre, agency) for agency in ("alpha", "beta")]
    alpha.context = replace(
        alpha.context, limits=replace(alpha.context.limits, open_transactions_seconds=0.0)
    )
    await alpha.say(beta.address, new_keys(1))
    producer = Producer(alpha.settings, alpha.context.limits)
    async with (
        alpha.database.acquire() as connection,
        alpha.database.acquire() as backup,
        backup.transaction(isolation="repeatable_read", readonly=True),
    ):
        assert await backup.fetchval("select count(*) from outbox") == 1
        for statement in GROW:
            await connection.execute(statement, *([EVENTS] if "$1" in statement else ()))
        sender = OutboxSender(connection, alpha.context, producer, only_send)
        sent = 0
        while turn := await sender.turn():
            sent += turn
            await number_feed(connection, sender.read_from)
        assert sent == EVENTS + 1
        for _ in range(3):
            await sender.turn()

        remembered = await milliseconds(sender, alpha, remembering=True)
        from_the_beginning = await milliseconds(sender, alpha, remembering=False)
        assert remembered * 2 < from_the_beginning, (remembered, from_the_beginning)

        assert await backup.fetchval("select count(*) from outbox") == 1, "the snapshot was held all the time"
    await producer.close()
    await close(alpha, beta)


async def test_what_is_committed_just_before_a_look_is_not_passed_over(
    make_centre: MakeCentre,
) -> None:
    """Its id is smaller than what was done at the look before, when its transaction was open."""
    centre = await make_centre("alpha", "beta")
    alpha, beta = [await open_bare(centre, agency) for agency in ("alpha", "beta")]
    never, hours = replace(alpha.context.limits, open_transactions_seconds=3_600.0), count(10, 2)
    alpha.context = replace(alpha.context, limits=never)
    first, late, early = new_keys(3)
    await alpha.say(beta.address, [first])
    producer = Producer(alpha.settings, alpha.context.limits)
    async with alpha.database.acquire() as connection, alpha.database.acquire() as slow:
        sender = OutboxSender(connection, alpha.context, producer, only_send)

        async def look() -> None:
            await sender.read_from.look(connection, asyncio.get_running_loop().time() + next(hours) * 3_600)

        async def turn() -> int:
            sent = await sender.turn()
            await number_feed(connection, sender.read_from)
            return sent

        assert await turn() == 1
        await look()
        async with slow.transaction():
            said = [Say(beta.address, late, None, ReferralAmended())]
            await say(alpha.outbox, slow, said, Cause("test"), alpha.clock())
            await alpha.say(beta.address, [early])
            assert await turn() == 1
            await look()
        await look()
        assert await turn() == 1
        assert await turn() == 0
        assert sender.read_from.begin(alpha.context.peers.number(beta.address)) > 0, (
            "and nothing is read again"
        )
    assert await alpha.value("select count(*) from outbox") == 0
    assert await alpha.value("select array_agg(number order by number) from feed") == [1, 2, 3]
    await producer.close()
    await close(alpha, beta)


async def test_what_is_committed_late_is_sent_at_once(
    make_centre: MakeCentre,
) -> None:
    """Its id is smaller than those of what was sent meanwhile."""
    centre = await make_centre("alpha", "beta")
    alpha, beta = [await open_bare(centre, agency) for agency in ("alpha", "beta")]
    alpha.context = replace(
        alpha.context, limits=replace(alpha.context.limits, open_transactions_seconds=0.0)
    )
    late, *keys = new_keys(21)
    await alpha.say(beta.address, [late])
    producer = Producer(alpha.settings, alpha.context.limits)
    async with alpha.database.acquire() as connection, alpha.database.acquire() as slow:
        sender = OutboxSender(connection, alpha.context, producer, only_send)
        assert await sender.turn() == 1
        async with slow.transaction():
            said = [Say(beta.address, late, None, ReferralAmended())]
            await say(alpha.outbox, slow, said, Cause("test"), alpha.clock())
            for key in keys:
                await alpha.say(beta.address, [key])
                assert await sender.turn() == 1
                assert await sender.turn() == 0
                await number_feed(connection, sender.read_from)
        assert await sender.turn() == 1
        assert await number_feed(connection, sender.read_from)
        for _ in range(3):
            assert await sender.turn() == 0
        assert sender.read_from.begin(alpha.context.peers.number(beta.address)) > 0
    assert await alpha.value("select count(*) from outbox") == 0
    assert await alpha.value("select count(*) from feed where number is null") == 0
    await producer.close()
    await close(alpha, beta)
