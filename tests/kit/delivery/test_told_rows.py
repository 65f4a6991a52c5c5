"""What a peer reports is believed once, about what was really said; what was erased is not sent again."""

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from ieum.delivery.application import Untaken
from ieum.delivery.notices.notices import LOST, keep_told, send_again
from ieum_contracts.delivery import StreamRefused, StreamResendAsked, StreamSkipped
from ieum_contracts.topics import Family
from tests.kit.delivery.agencies import Bare, new_keys
from tests.kit.delivery.conftest import Pair

pytestmark = pytest.mark.stack

ALL = "truncate stream, ledger, outbox, feed, told; update feed_epoch set epoch = default"
AMENDED = "referral.amended.v1"


@pytest_asyncio.fixture(loop_scope="session")
async def alpha(resting: Pair) -> AsyncIterator[Bare]:
    await resting.alpha.change(ALL)
    yield resting.alpha
    await resting.alpha.change(ALL)


async def tell(alpha: Bare, beta: Bare, notice: StreamRefused | StreamSkipped) -> list[Untaken]:
    """Let beta report something to alpha."""
    peer = alpha.context.peers.number(beta.address)
    async with alpha.database.acquire() as connection, connection.transaction():
        return await keep_told(connection, alpha.context, peer, notice)


def refused(key: UUID, event: UUID, digest: bytes, sequence: int = 1) -> StreamRefused:
    return StreamRefused(
        family=Family.REFERRAL,
        key=key,
        sequence=sequence,
        event=event,
        type=AMENDED,
        reason="wrong-party",
        digest=digest.hex(),
    )


async def test_a_refusal_counts_once_and_only_for_the_very_event_that_was_said(
    resting: Pair, alpha: Bare
) -> None:
    beta, [key] = resting.beta, new_keys(1)
    await alpha.say(beta.address, [key, key])
    first, second = await alpha.ledger(said=True)

    assert await tell(alpha, beta, refused(key, first.event_id, second.digest)) == []
    assert await tell(alpha, beta, refused(key, uuid4(), second.digest, 2)) == []
    assert await tell(alpha, beta, refused(key, first.event_id, first.digest, 3)) == []
    rows = await alpha.rows("select sequence from told order by sequence")
    assert [row["sequence"] for row in rows] == [1, 2], "a third event was never said"

    await alpha.change("truncate told")
    right = refused(key, first.event_id, first.digest)
    [untaken] = await tell(alpha, beta, right)
    assert (untaken.event_id, untaken.kind, untaken.reason) == (first.event_id, "refused", "wrong-party")
    assert await tell(alpha, beta, right) == []


async def test_what_was_skipped_under_another_digest_is_not_ours(resting: Pair, alpha: Bare) -> None:
    beta, [key] = resting.beta, new_keys(1)
    await alpha.say(beta.address, [key])
    skipped = StreamSkipped(
        family=Family.REFERRAL, key=key, sequence=1, reason="fold.failed", digest=b"x".hex().zfill(64)
    )
    assert await tell(alpha, beta, skipped) == []


async def test_what_was_erased_is_not_sent_again_and_said_to_be_lost(resting: Pair, alpha: Bare) -> None:
    beta, [key] = resting.beta, new_keys(1)
    await alpha.say(beta.address, [key] * 3)
    await alpha.change("truncate outbox")
    await alpha.change("update ledger set body = '{\"other\": 1}' where sequence = 2")
    await alpha.change("update ledger set body = null where sequence = 3")
    peer = alpha.context.peers.number(beta.address)
    asked = StreamResendAsked(family=Family.REFERRAL, key=key, first=1, last=3)
    async with alpha.database.acquire() as connection, connection.transaction():
        entered, lost = await send_again(connection, alpha.context, peer, asked)

    assert [row["sequence"] for row in await alpha.rows("select sequence from outbox")] == [1]
    assert (entered, [each.kind for each in lost]) == (1, [LOST, LOST])
