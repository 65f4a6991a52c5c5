"""What is written into databases to break one place: events that wait for a third agency, or of it."""

PEER = """
insert into peer (address) values ($1) on conflict (address) do update set address = excluded.address
returning id
"""
SAY = """
with said as (
    insert into ledger (key, peer, family, said, sequence, event_id, type, at, headers, digest, body)
    select gen_random_uuid(), $1, 1, true, 1, gen_random_uuid(), 'referral.received.v1', now(), $3,
        sha256('bench'), '{}' from generate_series(1, $2)
    returning key, peer, family, sequence
), streams as (
    insert into stream (key, peer, family, said) select key, peer, family, 1 from said
)
insert into outbox (key, peer, family, sequence) select key, peer, family, sequence from said
"""
STREAM = "insert into stream (key, peer, family) values ($1, $2, 1)"
PARK_LARGE = """
insert into parked (key, peer, family, sequence, event_id, type, headers, body, digest, reason, since, told)
select $1, $2, 1, 1 + n, gen_random_uuid(), 'referral.received.v1', $3, convert_to(repeat('x', $5), 'UTF8'),
    sha256('bench'), 'gap', now(), true
from generate_series(1, $4) n
"""
PARK_DUE = """
with streams as (
    insert into stream (key, peer, family) select gen_random_uuid(), $1, 1 from generate_series(1, $3)
    returning key
)
insert into parked (
    key, peer, family, sequence, event_id, type, headers, body, digest, reason, since, attempts, retry_at,
    told
)
select key, $1, 1, 1, gen_random_uuid(), 'referral.received.v1', $2, '{}', sha256('bench'), 'fold.failed',
    now(), 1, now(), true
from streams
"""
FORGET_PARKED = "delete from parked where key = $1"
TO_BE_SENT = "select count(*) from outbox where peer = $1"
STILL_DUE = "select count(*) from parked where peer = $1 and attempts = 1 and retry_at <= now()"
