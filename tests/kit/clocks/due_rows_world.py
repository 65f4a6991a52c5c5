"""A hundred thousand clocks of an agency, half of them late, written as its database would have them."""

from datetime import UTC, datetime, timedelta

from asyncpg import Connection

NOW = datetime(2026, 9, 1, 3, tzinfo=UTC)
PERIOD = timedelta(days=30)
"""What is due is spread over this long before and after now."""

_PEER = "insert into peer (address) values ('/testville/beta') on conflict do nothing"
_REFERRALS = """
insert into referral (
    id, recipient, peer, journey, case_id, programme, state, version, ask_ids, ask_types, reopened,
    disputed, withdrawn, erased, created_at, changed_at, asked
)
select md5(n::text)::uuid, n % 3 = 0, (select min(id) from peer), md5(n::text)::uuid, null,
       'food-bank', 'received', 1, '{}', '{}', false, false, false, false, now(), now(), '{}'
from generate_series(1, $1::int) n
"""
_CLOCKS = """
insert into clock (referral, clock, since, steps, harm, fired, due_at, fires_at, calendar)
select md5(n::text)::uuid, (array['decision', 'info-request', 'progress', 'acknowledgement'])[1 + n % 4],
       $2::timestamptz - interval '40 days', array['overdue 3 business-days'],
       (array[7, 5, 8, 9, 1])[1 + n % 5], 0, d.at, d.at, 0
from generate_series(1, $1::int) n
cross join lateral (
    select $2::timestamptz + $3::interval * (((n * 7919) % 2000) / 1000.0 - 1) as at
) d
"""
_ANALYZE = "analyze referral, clock"
_WRITE_SECONDS_MAX = 90.0


async def write_clocks_due(connection: Connection, number: int) -> None:
    """Write referrals with a clock each; many are due at the same time, and of every harm."""
    await connection.execute(_PEER)
    await connection.execute(_REFERRALS, number, timeout=_WRITE_SECONDS_MAX)
    await connection.execute(_CLOCKS, number, NOW, PERIOD, timeout=_WRITE_SECONDS_MAX)
    await connection.execute(_ANALYZE, timeout=_WRITE_SECONDS_MAX)
