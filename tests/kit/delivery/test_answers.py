"""A peer that compares is told all heads, not before our mailboxes are read; it is held until then."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from ieum.delivery.blocked.source_breaker import COMPARING
from ieum.delivery.maintenance.answer_heads import AnswerHeads
from ieum.delivery.recovering.heads_notices import CLOCKS_DIFFER_MAX
from ieum.delivery.recovering.restore import (
    answer,
    ask_the_silent_again,
    compare_with_peers,
    hear_answer,
    keep_ask,
)
from ieum.delivery.streams.positions import Partition
from ieum.delivery.streams.stream import StreamKey
from ieum_contracts.delivery import StreamHead, StreamHeadsAnswered, StreamHeadsAsked
from ieum_contracts.topics import Family
from tests.kit.delivery.agencies import Bare, new_keys
from tests.kit.delivery.conftest import Pair
from tests.kit.delivery.rows import add_parked, add_stream, peer_of, resting_relay, take_notices, waiting

pytestmark = pytest.mark.stack

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
ALL = """
truncate heads_ask, position, stream, ledger, parked, feed, outbox, notice, source, expected;
update feed_epoch set epoch = default
"""
HOLD = """
insert into source (peer, since, held, held_since, asked)
values ($1, now(), 'restored.comparing', now() - $2::interval, $3)
"""


@pytest_asyncio.fixture(loop_scope="session")
async def beta(resting: Pair) -> AsyncIterator[Bare]:
    """Give an agency without rows, that knows alpha as a peer."""
    await resting.beta.change(ALL)
    yield resting.beta
    await resting.beta.change(ALL)
    resting.beta.context.restore_check.settle(comparing=False)


async def ask(agency: Bare, peer: int) -> UUID:
    """Let a peer ask for our heads."""
    asked = StreamHeadsAsked(ask=uuid4(), since=LONG_AGO)
    async with agency.database.acquire() as connection:
        await keep_ask(connection, peer, asked)
    return asked.ask


async def answers(agency: Bare) -> list[StreamHeadsAnswered]:
    return [each for each in await take_notices(agency) if isinstance(each, StreamHeadsAnswered)]


async def test_an_answer_waits_for_our_mailboxes_as_they_were_when_the_question_came(
    resting: Pair, beta: Bare
) -> None:
    peer = await peer_of(beta, resting.alpha)
    ends: dict[Partition, int] = {(1, 0): 10}

    async def ends_now() -> dict[Partition, int]:
        return dict(ends)

    job = AnswerHeads(beta.context, resting_relay(beta), ends_now)
    await beta.change("insert into position (family, partition, next_offset) values (1, 0, 9)")
    first = await ask(beta, peer)
    await job.run()
    assert await answers(beta) == [], "what lies in the mailbox was said by who asks"

    ends[1, 0] = 50
    await ask(beta, peer)
    await job.run()
    await beta.change("update position set next_offset = 10")
    await job.run()
    assert [each.ask for each in await answers(beta)] == [first]


async def test_an_answer_does_not_wait_for_what_a_mailbox_has_lost(resting: Pair, beta: Bare) -> None:
    """A broker lost the tail of one, and another is gone: what was there then will never be read."""
    peer = await peer_of(beta, resting.alpha)
    ends: dict[Partition, int] = {(1, 0): 10, (2, 0): 7}

    async def ends_now() -> dict[Partition, int]:
        return dict(ends)

    job = AnswerHeads(beta.context, resting_relay(beta), ends_now)
    await beta.change("insert into position (family, partition, next_offset) values (1, 0, 4)")
    asked = await ask(beta, peer)
    await job.run()
    assert await answers(beta) == []
    ends[1, 0] = 4
    del ends[2, 0]
    await job.run()
    assert [each.ask for each in await answers(beta)] == [asked]


async def test_what_is_parked_counts_as_heard(resting: Pair, beta: Bare) -> None:
    at = StreamKey(new_keys(1)[0], await peer_of(beta, resting.alpha), 1)
    await add_stream(beta, at, heard=1)
    await add_parked(beta, waiting(beta, resting.alpha, at, 3, LONG_AGO))
    async with beta.database.acquire() as connection:
        await answer(connection, beta.context, (uuid4(), at.peer, LONG_AGO), beta.clock())

    [told] = await answers(beta)
    assert told.heads == (StreamHead(family=Family.REFERRAL, key=at.key, said=0, heard=3),)


async def test_an_answer_in_pages_has_every_head_once_and_one_last_part(resting: Pair, beta: Bare) -> None:
    peer, keys = await peer_of(beta, resting.alpha), new_keys(7)
    await beta.say(resting.alpha.address, keys)
    async with beta.database.acquire() as connection:
        context = replace(
            beta.context, limits=replace(beta.context.limits, heads_answered=4, heads_together=2)
        )
        await answer(connection, context, (uuid4(), peer, LONG_AGO), beta.clock())

    told = await answers(beta)
    assert [head.key for each in told for head in each.heads] == sorted(keys)
    assert [each.last for each in told] == [False, False, False, True]


async def test_only_the_last_part_of_the_answer_to_our_own_question_releases(
    resting: Pair, beta: Bare
) -> None:
    peer, asked = await peer_of(beta, resting.alpha), uuid4()
    await beta.change(HOLD, peer, timedelta(), asked)

    async def held_after(ask_id: UUID, *, last: bool) -> object:
        async with beta.database.acquire() as connection, connection.transaction():
            told = StreamHeadsAnswered(ask=ask_id, heads=(), last=last)
            await hear_answer(connection, beta.context, peer, told)
        return await beta.value("select held from source")

    assert await held_after(asked, last=False) == COMPARING
    assert await held_after(uuid4(), last=True) == COMPARING
    assert await held_after(asked, last=True) is None


HEARD = """
with heard as (
    insert into ledger (key, peer, family, said, sequence, event_id, type, at, headers, digest, fate)
    values ($1, $2, 1, false, 1, $1, 'referral.amended.v1', $3, '', '', 'applied')
    returning key, peer, family, said, sequence
)
insert into feed (key, peer, family, said, sequence, number) select *, 1 from heard
"""


async def test_who_compares_asks_from_before_what_it_heard_last_and_says_nothing_meanwhile(
    resting: Pair, beta: Bare
) -> None:
    peer, [key] = await peer_of(beta, resting.alpha), new_keys(1)
    heard_at = beta.clock() - timedelta(hours=1)
    await beta.change(HEARD, key, peer, heard_at)
    epoch = await beta.value("select epoch from feed_epoch")
    async with beta.database.acquire() as connection, connection.transaction():
        await compare_with_peers(connection, beta.context, beta.clock())

    [asked] = await take_notices(beta)
    assert isinstance(asked, StreamHeadsAsked)
    assert asked.since == heard_at - CLOCKS_DIFFER_MAX, "the peer's clock may be behind ours"
    assert await beta.rows("select held, asked from source") == [{"held": COMPARING, "asked": asked.ask}]
    assert await beta.value("select epoch from feed_epoch") != epoch
    assert beta.context.restore_check.comparing


async def test_a_peer_that_does_not_answer_is_asked_the_same_again(resting: Pair, beta: Bare) -> None:
    peer, asked = await peer_of(beta, resting.alpha), uuid4()
    await beta.change(HOLD, peer, timedelta(minutes=1), asked)
    async with beta.database.acquire() as connection:
        await ask_the_silent_again(connection, beta.context, beta.clock())
        assert await take_notices(beta) == []
        await beta.change("update source set held_since = now() - interval '1 hour'")
        await ask_the_silent_again(connection, beta.context, beta.clock())
    [again] = await take_notices(beta)
    assert isinstance(again, StreamHeadsAsked)
    assert again.ask == asked
