"""While the database is compared with a peer's, everything to be said to that peer waits."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid4

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from ieum.delivery.application import Applied, Outcome
from ieum.delivery.blocked.source_breaker import COMPARING
from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.receiving import consumer
from ieum.delivery.recovering.startup_check import check_positions
from ieum.delivery.sending.outbox import Cause
from ieum.delivery.streams.positions import Partition
from ieum.delivery.streams.stream import lock_streams
from ieum.errors import Transient
from ieum_contracts.address import Address
from ieum_contracts.message import Event, Say
from ieum_contracts.referral import ReferralAmended, ReferralInfoSupplied
from tests.kit.delivery import agencies
from tests.kit.delivery.agencies import Bare, limited, new_keys, until
from tests.kit.delivery.bare_agency import Noted, Notes
from tests.kit.delivery.conftest import Pair

pytestmark = pytest.mark.stack
HEARD = "select count(*) from ledger where key = $1 and not said"


class Forwarding(Notes):
    """Tells a third agency of whatever it hears."""

    def fold(self, known: Noted, event: Event, now: datetime) -> Outcome:
        """Note the event, and forward it."""
        outcome = super().fold(known, event, now)
        key, third = UUID(event.envelope.subject), Address(event.envelope.source.centre, "gamma")
        return Applied((Say(third, key, None, ReferralAmended()),)) if outcome == Applied(()) else outcome


async def test_what_may_not_be_said_yet_keeps_an_event_waiting_and_is_no_failure(
    resting: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    alpha, beta = resting.alpha, resting.beta
    third = Address(beta.address.centre, "gamma")
    async with beta.database.acquire() as connection:
        await beta.context.peers.know(connection, [third])
    number = beta.context.peers.number(third)
    await beta.change(
        "insert into source (peer, since, held, held_since, asked) values ($1, now(), $2, now(), $3)",
        number,
        COMPARING,
        uuid4(),
    )
    monkeypatch.setattr(agencies, "Notes", Forwarding)
    with limited(alpha, beta, tick_seconds=0.05):
        await alpha.start()
        await beta.start()
    [key] = new_keys(1)
    await alpha.say(beta.address, [key], ReferralInfoSupplied())

    await until(lambda: _waits(beta, key))
    [row] = await beta.rows("select reason, attempts, dead from parked where key = $1", key)
    assert row == {"reason": COMPARING, "attempts": 0, "dead": False}
    await beta.change("update source set held = null where peer = $1", number)
    await beta.change("update parked set retry_at = now() where key = $1", key)

    async def goes_on() -> bool:
        return await beta.value("select said from stream where key = $1 and peer = $2", key, number) == 1

    await until(goes_on)
    await alpha.stop()
    await beta.stop()
    await beta.change("delete from outbox where peer = $1", number)
    await beta.change("delete from source where peer = $1", number)


def compares_late(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Let every comparison with Kafka wait for the event that is returned."""
    compared = asyncio.Event()

    async def late(
        context: DeliveryContext, client: AIOKafkaConsumer, taken: Mapping[TopicPartition, int]
    ) -> Mapping[Partition, int]:
        await compared.wait()
        return await check_positions(context, client, taken)

    monkeypatch.setattr(consumer, "check_positions", late)
    return compared


async def test_nothing_that_waits_is_folded_before_the_database_was_compared_with_kafka(
    resting: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one that was restored, the number of the answer may have been given before."""
    alpha, beta = resting.alpha, resting.beta
    async with beta.database.acquire() as connection:
        await beta.context.peers.know(connection, [alpha.address])
    await beta.change(
        "insert into source (peer, since, held, held_since) values ($1, now(), 'source.held', now())",
        beta.context.peers.number(alpha.address),
    )
    with limited(alpha, beta, tick_seconds=0.05):
        await alpha.start()
        await beta.start()
    [key] = new_keys(1)
    await alpha.say(beta.address, [key])

    await until(lambda: _waits(beta, key))
    await beta.stop()
    compared = compares_late(monkeypatch)
    await beta.change("delete from source")
    await beta.change("update parked set retry_at = now() where key = $1", key)
    with limited(beta, tick_seconds=0.05):
        starting = asyncio.create_task(beta.start())
        await asyncio.sleep(1.0)
        assert await _waits(beta, key)
        compared.set()
        await starting
    await until(lambda: _goes_on(beta, key))
    await alpha.stop()
    await beta.stop()


async def test_nothing_is_taken_in_by_a_running_agency_until_its_database_is_compared_again(
    resting: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its connection was lost, and what answers may be an older copy."""
    alpha, beta = resting.alpha, resting.beta
    await alpha.start()
    await beta.start()
    compared = compares_late(monkeypatch)
    [key] = new_keys(1)
    beta.context.restore_check.doubt()
    await alpha.say(beta.address, [key], ReferralInfoSupplied())  # which is not answered
    await asyncio.sleep(1.5)
    assert await beta.value(HEARD, key) == 0
    compared.set()

    async def takes_in() -> bool:
        return await beta.value(HEARD, key) == 1

    await until(takes_in)
    await alpha.stop()
    await beta.stop()


async def test_no_number_is_given_in_a_database_that_is_doubted(resting: Pair) -> None:
    """A batch that began before the doubt comes to nothing, and is read again."""
    alpha, beta = resting.alpha, resting.beta
    check, [key] = beta.context.restore_check, new_keys(1)
    await beta.say(alpha.address, [key])
    asked = Say(alpha.address, key, None, ReferralAmended())
    async with beta.database.acquire() as connection, connection.transaction():
        streams = await lock_streams(connection, [key])
        check.doubt()
        with pytest.raises(Transient):
            await beta.outbox.enter(connection, streams, [(asked, Cause())], beta.context.clock())
        assert await beta.outbox.enter(connection, streams, [], beta.context.clock()) == []
        check.settle(comparing=False)
        [entry] = await beta.outbox.enter(connection, streams, [(asked, Cause())], beta.context.clock())
        assert entry.sequence == 2


async def _waits(agency: Bare, key: UUID) -> bool:
    return bool(await agency.value("select count(*) from parked where key = $1", key))


async def _goes_on(agency: Bare, key: UUID) -> bool:
    return not await _waits(agency, key)
