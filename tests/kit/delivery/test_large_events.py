"""Much may wait behind a gap: bodies are loaded as far as they can be tried soon, and all come in order."""

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

import pytest

from ieum.delivery.blocked.parked_event import ParkedEvent
from ieum.delivery.blocked.parking import PARKED_LOADED_MAX, STREAM_BYTES_LOADED, load_parked
from ieum.delivery.records.received import NotLoaded
from ieum.delivery.streams.stream import StreamKey, StreamPlace
from ieum_contracts.referral import ReferralAmended
from ieum_contracts.topics import BODY_BYTES_MAX
from ieum_lab.embedded.stack import Stack
from tests.kit.delivery import wire
from tests.kit.delivery.agencies import Bare, new_keys, until
from tests.kit.delivery.conftest import Pair
from tests.kit.delivery.rows import add_parked, peer_of, waiting

pytestmark = pytest.mark.stack

EVENTS, NOW = 14, datetime(2026, 11, 30, tzinfo=UTC)
BODY_BYTES = BODY_BYTES_MAX - 1_000
READ_AT_ONCE = STREAM_BYTES_LOADED // BODY_BYTES


def large(pair: Pair, key: UUID, sequence: int) -> wire.Raw:
    raw = wire.event(pair.alpha.address, pair.beta.address, key, sequence, ReferralAmended())
    return raw.saying((raw.value or b"").ljust(BODY_BYTES))


def read(waiting: Iterable[ParkedEvent]) -> list[ParkedEvent]:
    return [each for each in waiting if not isinstance(each.heard.content, NotLoaded)]


async def parked(beta: Bare, key: UUID) -> object:
    return await beta.value("select count(*) from parked where key = $1", key)


async def test_what_waits_behind_a_gap_is_read_in_parts_and_heard_in_order(stack: Stack, pair: Pair) -> None:
    beta = pair.beta
    (key,) = new_keys(1)
    records = [large(pair, key, sequence) for sequence in range(1, EVENTS + 1)]
    wire.produce(stack, records[1:])

    async def all_wait() -> bool:
        return await parked(beta, key) == EVENTS - 1

    await until(all_wait)
    first = StreamPlace(StreamKey(key, await peer_of(beta, pair.alpha), 1), 1)
    async with beta.database.acquire() as connection:
        assert not read(await load_parked(connection, [key])), "before the gap is filled nothing can be tried"
        waiting = await load_parked(connection, [key], {first})
    assert [each.heard.sequence for each in read(waiting)] == [*range(2, 2 + READ_AT_ONCE)]
    assert len(waiting) == EVENTS - 1
    assert sum(len(each.heard.body) for each in waiting) <= STREAM_BYTES_LOADED

    wire.produce(stack, records[:1])

    async def none_waits() -> bool:
        return await parked(beta, key) == 0

    await until(none_waits)
    rows = await beta.rows("select sequence from effect where key = $1 order by o", key)
    assert [row["sequence"] for row in rows] == list(range(1, EVENTS + 1))
    ledger = await beta.rows(
        "select digest, sha256(headers || sha256(body)) as found, length(body) as bytes from ledger "
        "where key = $1 and not said",
        key,
    )
    assert all(row["digest"] == row["found"] and row["bytes"] == BODY_BYTES for row in ledger)


MANY = """
insert into parked (key, peer, family, sequence, event_id, type, headers, body, digest, reason, since)
select key, $2, family, 1 + n, gen_random_uuid(), type, headers, $4, digest, reason, since
from parked, generate_series(1, $3::integer) n where key = $1
"""


@pytest.mark.parametrize(("events", "size"), [(PARKED_LOADED_MAX + 1, 1), (140, BODY_BYTES)])
async def test_what_one_peer_has_said_very_much_of_stands_in_nobodys_way(
    resting: Pair, events: int, size: int
) -> None:
    """It waits under the same key, behind a gap, and comes first by the numbers of peers."""
    alpha, beta = resting.alpha, resting.beta
    [key], mine = new_keys(1), await peer_of(beta, alpha)
    at = StreamKey(key, mine, 1)
    await add_parked(beta, waiting(beta, alpha, at, 1, NOW))
    await beta.change("update parked set retry_at = null where key = $1", key)
    await beta.change(MANY, key, mine - 1, events, b"x" * size)
    async with beta.database.acquire() as connection:
        loaded = await load_parked(connection, [key, key])
    assert [each.stream for each in read(loaded)].count(at) == 1
    await beta.change("delete from parked where key = $1", key)
