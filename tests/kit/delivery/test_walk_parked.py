"""What waits is found again at any size: who is due for longest comes first, and no key is passed over."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from ieum.delivery.blocked.parking import WOKEN_MAX, due_keys
from ieum.delivery.maintenance.walk_parked import Gap, WaitsFor, WalkParked
from ieum.delivery.streams.stream import StreamKey
from tests.kit.delivery.agencies import Bare
from tests.kit.delivery.conftest import Pair

pytestmark = pytest.mark.stack

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
PARKED = """
insert into parked (
    key, peer, family, sequence, event_id, type, headers, body, digest, reason, since, dead, retry_at
)
select $1, $2, 1, $3, gen_random_uuid(), 'referral.amended.v1', '', '', '', $4, $5, $6, $7
"""
STREAM = "insert into stream (key, peer, family, heard, stopped) values ($1, $2, 1, $3, $4)"
RETRY_TIMES = "select key, retry_at from parked where retry_at is not null"


async def waits(  # noqa: PLR0913 - a stream and the first events that wait in it
    agency: Bare,
    number: int,
    *sequences: int,
    heard: int = 0,
    peer: int = 1,
    reason: str = "stream.waiting",
    stopped: str | None = None,
    dead: bool = False,
    retry_at: datetime | None = None,
) -> UUID:
    key = UUID(int=number)
    await agency.change(STREAM, key, peer, heard, stopped)
    for sequence in sequences:
        await agency.change(PARKED, key, peer, sequence, reason, NOW, dead, retry_at)
    return key


async def round_of(agency: Bare, walk: WalkParked, parts: int) -> None:
    async with agency.database.acquire() as connection:
        for _ in range(parts):
            await walk.run(connection, NOW)


async def test_who_is_due_for_longest_is_tried_first_whatever_its_key(resting: Pair) -> None:
    beta = resting.beta
    for number in range(1, WOKEN_MAX + 50):
        await waits(beta, number, 1, retry_at=NOW - timedelta(seconds=1))
    longest = await waits(beta, 2**128 - 1, 1, retry_at=NOW - timedelta(hours=1))
    early = await waits(beta, 2**128 - 2, 1, retry_at=NOW + timedelta(seconds=1))
    async with beta.database.acquire() as connection:
        due = await due_keys(connection, NOW)
    assert longest in due
    assert early not in due
    assert len(due) == WOKEN_MAX
    await beta.change("truncate parked, stream")


async def test_a_round_wakes_what_may_be_tried_and_finds_gaps_across_its_parts(resting: Pair) -> None:
    beta = resting.beta
    ready = await waits(beta, 1, 1, 2, 3, 4, 5)
    gap = await waits(beta, 2, 4, 5, 6, 7, 8, heard=1)
    await waits(beta, 3, 1, stopped="sequence.conflict")
    await waits(beta, 4, 1, dead=True)
    later = await waits(beta, 5, 1, retry_at=NOW + timedelta(hours=1))
    held = await waits(beta, 6, 1, peer=2, reason="source.held")
    await beta.change("insert into source (peer, since, held) values (2, now(), 'source.held')")
    walk = WalkParked(rows_max=3)

    await round_of(beta, walk, parts=5)

    assert walk.gaps == {(StreamKey(gap, 1, 1), 2): Gap(3, NOW)}
    assert {row["key"]: row["retry_at"] for row in await beta.rows(RETRY_TIMES)} == {
        ready: NOW,
        later: NOW + timedelta(hours=1),
    }
    assert await beta.value("select sequence from parked where retry_at = $1", NOW) == 1
    await beta.change("truncate source")
    await round_of(beta, walk, parts=5)
    assert held in {row["key"] for row in await beta.rows(RETRY_TIMES)}
    await beta.change("truncate parked, stream")


async def test_what_waits_is_counted_part_by_part_and_shown_whole_after_a_round(resting: Pair) -> None:
    beta = resting.beta
    await waits(beta, 1, 1, 2, 3, 4, 5, 6)
    await waits(beta, 2, 1, dead=True)
    await waits(beta, 3, 1, 2, reason="fold.failed")
    walk = WalkParked(rows_max=3)
    usual = WaitsFor("stream.waiting", dead=False)

    await round_of(beta, walk, parts=1)
    assert walk.reasons == {usual: 3}, "in the first round, as far as it has come"
    await round_of(beta, walk, parts=2)
    whole = {usual: 6, usual._replace(dead=True): 1, WaitsFor("fold.failed", dead=False): 2}
    await round_of(beta, walk, parts=1)
    assert walk.reasons == whole

    await beta.change("delete from parked where sequence > 1")
    await round_of(beta, walk, parts=1)
    assert walk.reasons == whole, "until the next round has come to its end"
    await round_of(beta, walk, parts=1)
    assert walk.reasons == {usual: 1, usual._replace(dead=True): 1, WaitsFor("fold.failed", dead=False): 1}
    await beta.change("truncate parked, stream")
