"""Asking again: not for what still lies in our mailbox, and what waits to be sent is not entered twice."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from ieum.delivery.maintenance.ask_again import AskAgain
from ieum.delivery.maintenance.walk_parked import Gap, WalkParked
from ieum.delivery.notices.notices import RESENT_IN_BATCH_MAX, RESENT_MAX, send_again
from ieum.delivery.receiving.notice_handlers import handle_notices
from ieum.delivery.receiving.reading_progress import ReadingProgress
from ieum.delivery.records.partitions import partition_of
from ieum.delivery.recovering.heads import hear_heads
from ieum.delivery.streams.stream import StreamKey
from ieum_contracts.address import Address
from ieum_contracts.catalogue import dataschema_of, type_of
from ieum_contracts.delivery import StreamHead, StreamResendAsked
from ieum_contracts.envelope import Envelope
from ieum_contracts.message import Event
from ieum_contracts.topics import Family
from tests.kit.delivery.agencies import Bare, new_keys
from tests.kit.delivery.conftest import Pair
from tests.kit.delivery.rows import peer_of, resting_relay, take_notices

pytestmark = pytest.mark.stack

EVENTS, ASKS = 20, 20
AGE = timedelta(seconds=30)


async def asks(agency: Bare, job: AskAgain) -> object:
    async with agency.database.acquire() as connection:
        await connection.execute("update expected set since = since - interval '1 hour', asked_at = null")
        await job.run(connection, agency.clock(), AGE)
    return await agency.value("select count(*) from notice")


async def test_what_may_lie_in_the_mailbox_is_not_asked_for(resting: Pair) -> None:
    alpha, beta = resting.alpha, resting.beta
    (key,) = new_keys(1)
    progress = ReadingProgress()
    job = AskAgain(beta.context, resting_relay(beta), progress, WalkParked())
    async with beta.database.acquire() as connection:
        await beta.context.peers.know(connection, [alpha.address])
        peer = beta.context.peers.number(alpha.address)
        await hear_heads(
            connection, beta.context, peer, [StreamHead(family=Family.REFERRAL, key=key, said=3, heard=0)]
        )
    place = 1, partition_of(str(key).encode())

    assert await asks(beta, job) == 0, "it is not known how far is read"
    progress.look({place: 10}, {place: 5_000}, now=0)
    assert await asks(beta, job) == 0, "it may be among the 4,990 records"
    progress.look({place: 5_000}, {place: 9_000}, now=20)
    assert await asks(beta, job) == 1, "it is not in the mailbox"
    await beta.change("truncate notice, expected")


async def test_a_gap_is_asked_for_when_it_is_old_enough_and_once_in_that_time(resting: Pair) -> None:
    alpha, beta = resting.alpha, resting.beta
    at, now = StreamKey(new_keys(1)[0], await peer_of(beta, alpha), 1), beta.clock()
    progress, walk = ReadingProgress(), WalkParked()
    progress.look({}, {}, now=0)
    walk.gaps = {(at, 2): Gap(3, now)}
    job = AskAgain(beta.context, resting_relay(beta), progress, walk)

    async def asked_after(seconds: int) -> int:
        async with beta.database.acquire() as connection:
            await job.run(connection, now + timedelta(seconds=seconds), AGE)
        return len(await take_notices(beta))

    assert [await asked_after(seconds) for seconds in (29, 30, 31, 59, 60, 61)] == [0, 1, 0, 0, 1, 0]


async def test_what_waits_is_not_entered_again(resting: Pair) -> None:
    alpha, beta = resting.alpha, resting.beta
    (key,) = new_keys(1)
    await alpha.say(beta.address, [key] * EVENTS)
    asked = StreamResendAsked(family=Family.REFERRAL, key=key, first=1, last=EVENTS)
    for _ in range(ASKS):
        async with alpha.database.acquire() as connection, connection.transaction():
            await send_again(connection, alpha.context, alpha.context.peers.number(beta.address), asked)

    assert await alpha.value("select count(*) from outbox where key = $1", key) == 2 * EVENTS
    rows = await alpha.rows("select sequence from outbox where key = $1 and resent order by id", key)
    assert [row["sequence"] for row in rows] == list(range(1, EVENTS + 1))


MANY = """
insert into ledger (key, peer, family, said, sequence, event_id, type, at, headers, digest, body)
select key, peer, family, said, n, event_id, type, at, headers, digest, body
from ledger, generate_series(2, $1) n where key = any($2::uuid[]) and said
"""


def notice(source: Address, recipient: Address, body: StreamResendAsked) -> Event:
    about = Envelope(
        id=uuid4(),
        source=source,
        recipient=recipient,
        time=datetime.now(UTC),
        type=type_of(body),
        dataschema=dataschema_of(body),
        subject=str(body.key),
    )
    return Event(about, body)


async def test_many_questions_in_one_batch_enter_no_more_than_a_transaction_may_hold(
    resting: Pair,
) -> None:
    """What is left out is asked for again by the peer."""
    alpha, beta = resting.alpha, resting.beta
    await alpha.say(beta.address, keys := new_keys(12))
    await alpha.change(MANY, RESENT_MAX, keys)
    await alpha.change("delete from outbox")
    asks = [StreamResendAsked(family=Family.REFERRAL, key=key, first=1, last=RESENT_MAX) for key in keys]
    entered = []
    for _ in range(3):
        notices = [notice(beta.address, alpha.address, ask) for ask in asks]
        async with alpha.database.acquire() as connection, connection.transaction():
            await handle_notices(connection, alpha.context, notices)
            sent = await connection.fetch("delete from outbox returning key")
        entered.append(len(sent))
        asks = [ask for ask in asks if ask.key not in {row["key"] for row in sent}]

    assert entered == [RESENT_IN_BATCH_MAX, RESENT_IN_BATCH_MAX, 2 * RESENT_MAX]
    assert not asks
