"""Single turns of the outbox sender: a refused topic, a cleared body, what was acknowledged before."""

import asyncio
from uuid import UUID

import pytest

from ieum.delivery.notices.notices import tell
from ieum.delivery.records.partitions import partition_of
from ieum.delivery.sending.feed_watch import News
from ieum.delivery.sending.leadership import DatabaseAddress
from ieum.delivery.sending.outbox_sender import BATCH_MAX, OutboxSender
from ieum.delivery.sending.partition_queue import count_acknowledged
from ieum.delivery.sending.producer import Producer
from ieum.delivery.sending.relay import Relay
from ieum.delivery.sending.set_aside import release
from ieum.delivery.streams.stream import StreamKey
from ieum_contracts.address import Address
from ieum_contracts.catalogue import type_of
from ieum_contracts.delivery import StreamHead, StreamHeads, StreamRefused
from ieum_contracts.model import Model
from ieum_contracts.referral import ReferralAmended
from ieum_contracts.topics import Family
from ieum_lab.testing.plugin import MakeCentre
from tests.kit.delivery.agencies import Bare, close, limited, new_keys, open_bare, until
from tests.kit.delivery.conftest import Pair
from tests.kit.delivery.rows import only_send, take_notices


def refusal(key: UUID) -> StreamRefused:
    """Make a notice that is said once."""
    return StreamRefused(
        family=Family.REFERRAL,
        key=key,
        sequence=1,
        event=key,
        type=type_of(ReferralAmended()),
        reason="body.invalid",
    )


async def turns(agency: Bare, count: int) -> None:
    """Take a number of turns of an outbox sender."""
    sending = Producer(agency.settings, agency.context.limits)
    async with agency.database.acquire() as connection:
        sender = OutboxSender(connection, agency.context, sending, only_send)
        for _ in range(count):
            await sender.turn()
    await sending.close()


@pytest.mark.stack
async def test_what_a_topic_holds_up_is_set_aside_and_released_in_chunks(resting: Pair) -> None:
    """One statement for all of it could take longer than the relay lets a statement take."""
    alpha, beta = resting.alpha, resting.beta
    await alpha.say(Address(alpha.address.centre, "nobody"), new_keys(5))
    await alpha.say(beta.address, new_keys(5))

    with limited(alpha, topic_seconds=0.1, set_aside_rows=2):
        await turns(alpha, 1)
        assert await alpha.value("select count(*) from outbox where held") == 2
        await turns(alpha, 7)

    assert await alpha.rows("select held, count(*) as rows from outbox group by held") == [
        {"held": True, "rows": 5}
    ]
    async with alpha.database.acquire() as connection:
        peer = alpha.context.peers.number(Address(alpha.address.centre, "nobody"))
        assert [await release(connection, 2) for _ in range(3)] == [{peer}, {peer}, set()]
    assert await alpha.value("select count(*) from outbox where held") == 0
    await alpha.change("truncate outbox")


@pytest.mark.stack
async def test_what_is_released_for_one_who_is_gone_stands_in_nobodys_way(resting: Pair) -> None:
    """It was set aside first, and is set aside again as soon as it is released."""
    alpha, beta = resting.alpha, resting.beta
    gone = Address(alpha.address.centre, "gone-for-long")
    await alpha.say(gone, new_keys(6))
    await alpha.say(beta.address, new_keys(3))
    await alpha.change("update outbox set held = true")
    waits = "select count(*) from outbox where peer = $1"
    address = DatabaseAddress(alpha.settings.database_dsn.get_secret_value(), alpha.settings.database_login())

    async def sent() -> bool:
        return await alpha.value(waits, alpha.context.peers.number(beta.address)) == 0

    with limited(alpha, topic_seconds=0.1, set_aside_rows=2):
        producer = Producer(alpha.settings, alpha.context.limits)
        relay = asyncio.create_task(Relay(address, alpha.context, producer, News()).run())
        await until(sent)
        relay.cancel()
        await producer.close()
    assert await alpha.value(waits, alpha.context.peers.number(gone)) == 6
    await alpha.change("truncate outbox")


@pytest.mark.stack
async def test_one_for_whom_much_waits_stands_in_nobodys_way(make_centre: MakeCentre) -> None:
    centre = await make_centre("alpha", "beta", "gamma")
    alpha, beta, gamma = [await open_bare(centre, agency) for agency in ("alpha", "beta", "gamma")]
    (late,) = new_keys(1)
    await alpha.say(beta.address, new_keys(2 * BATCH_MAX))
    await alpha.say(gamma.address, [late])

    await turns(alpha, 2)

    waits = {row["key"] for row in await alpha.rows("select key from outbox")}
    assert len(waits) == BATCH_MAX + 1
    assert late not in waits
    await close(alpha, beta, gamma)


@pytest.mark.stack
async def test_a_peer_that_is_gone_costs_the_others_no_turn(resting: Pair) -> None:
    """Heads are dropped, for they are told again; what is said once waits, as events do; the rest is sent."""
    alpha, beta = resting.alpha, resting.beta
    gone = Address(alpha.address.centre, "gone")
    keys = new_keys(5)
    await alpha.say(gone, new_keys(5))
    await alpha.say(beta.address, keys)
    peer, told = alpha.context.peers.number(gone), list[tuple[StreamKey, Model]]()
    for key in new_keys(10):
        head = StreamHead(family=Family.REFERRAL, key=key, said=1, heard=0)
        told.append((StreamKey(key, peer, 1), StreamHeads(heads=(head,))))
        told.append((StreamKey(key, peer, 1), refusal(key)))
    async with alpha.database.acquire() as connection:
        await tell(connection, alpha.context, told, alpha.clock())

    await turns(alpha, 2)

    assert await alpha.rows("select held, count(*) as rows from notice group by held") == [
        {"held": True, "rows": 10}
    ]
    async with alpha.database.acquire() as connection:
        assert [await release(connection, 8) for _ in range(2)] == [{peer}, set()]
    assert {type(each) for each in await take_notices(alpha)} == {StreamRefused}
    assert await alpha.rows("select held, count(*) as rows from outbox group by held order by held") == [
        {"held": False, "rows": 5}
    ]
    assert {row["key"] for row in await alpha.rows("select key from outbox")}.isdisjoint(keys)
    await alpha.change("truncate outbox")


@pytest.mark.stack
async def test_what_has_lost_its_body_is_never_sent_without(resting: Pair) -> None:
    """It was asked for again, and its thirty days were over before the relay came to it."""
    alpha, beta = resting.alpha, resting.beta
    (gone,) = new_keys(1)
    kept = next(key for key in new_keys(200) if _partition(key) == _partition(gone))
    await alpha.say(beta.address, [gone, kept])
    await alpha.change("update ledger set body = null where key = $1", gone)

    await turns(alpha, 2)

    assert await alpha.value("select count(*) from outbox") == 0
    await beta.start()
    await until(lambda: _knows(beta, kept))
    assert not await _knows(beta, gone)
    await beta.stop()


async def test_what_was_acknowledged_before_others_hung_is_not_sent_again() -> None:
    first, hanging, last = [asyncio.get_running_loop().create_future() for _ in range(3)]
    first.set_result(None)
    last.set_result(None)
    assert count_acknowledged([first, hanging, last]) == 1


def _partition(key: UUID) -> int:
    return partition_of(str(key).encode())


async def _knows(agency: Bare, key: UUID) -> bool:
    return bool(await agency.value("select exists (select from ledger where key = $1)", key))
