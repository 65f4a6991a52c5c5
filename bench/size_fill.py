"""An agency's database in its worst hour: `$1` events wait, and ten times as many lie in the ledger."""

STREAMS = """
insert into stream (key, peer, family, said, heard)
select lpad(to_hex(n), 32, '0')::uuid, $2, 1, 10, 0 from generate_series(1, $1 / 10) n
"""

SAID = """
insert into ledger (key, peer, family, said, sequence, event_id, type, at, headers, digest, body)
select lpad(to_hex(1 + (n - 1) / 10), 32, '0')::uuid, $2, 1, true, 1 + (n - 1) % 10, gen_random_uuid(),
    'referral.requested.v1', now() - interval '1 hour', $3, sha256('said'), '{}'
from generate_series(1, $1) n
"""

HEARD = """
insert into ledger (key, peer, family, said, sequence, event_id, type, at, headers, digest, body)
select lpad(to_hex(1000000000 + n / 10), 32, '0')::uuid, $2, 1, false, 1 + n % 10, gen_random_uuid(),
    'referral.received.v1', now() - interval '31 days' + n * interval '200 milliseconds', $3, sha256('heard'),
    case when n % 10 = 0 then '{}'::bytea end
from generate_series(1, $1 * 9) n
"""

OUTBOX = """
insert into outbox (key, peer, family, sequence)
select key, peer, family, sequence from ledger where key <= lpad(to_hex($1 / 10), 32, '0')::uuid and said
"""

FEED = """
insert into feed (key, peer, family, said, sequence, number)
select lpad(to_hex(1 + (n - 1) / 10), 32, '0')::uuid, $2, 1, true, 1 + (n - 1) % 10, n
from generate_series(1, $1) n
"""

PARKED = """
insert into parked (
    key, peer, family, sequence, event_id, type, headers, body, digest, reason, since, told
)
select lpad(to_hex(1 + (n - 1) / 10), 32, '0')::uuid, $2, 1, 2 + (n - 1) % 10, gen_random_uuid(),
    'referral.received.v1', $3, convert_to(repeat('x', 500), 'UTF8'), sha256('parked'), 'gap',
    now() - interval '1 hour', true
from generate_series(1, $1) n
"""

EXPECTED = """
insert into expected (key, peer, family, said, since)
select lpad(to_hex(n), 32, '0')::uuid, $2, 1, 12, now() - interval '1 hour' from generate_series(1, $1 / 10) n
"""

QUARANTINE = """
insert into quarantine (topic, partition, "offset", reason, digest, at, peer)
select 'bench', 0, n, 'envelope.header-missing', sha256('quarantined'), now() - n * interval '1 second', $2
from generate_series(1, $1 / 100) n
"""

FILL = {
    "streams": STREAMS,
    "said": SAID,
    "heard before": HEARD,
    "outbox": OUTBOX,
    "feed": FEED,
    "parked": PARKED,
    "expected": EXPECTED,
    "quarantine": QUARANTINE,
}

DUE = """
insert into parked (
    key, peer, family, sequence, event_id, type, headers, body, digest, reason, since, attempts, retry_at,
    told
)
values ($1, $2, 1, 1, gen_random_uuid(), $3, $4, $5, $6, 'fold.failed', now(), 1, now(), true)
"""
STILL_DUE = "select count(*) from parked where key = $1 and sequence = 1 and retry_at <= now()"
