"""A projection as after years of work, made by SQL: `$1` referrals among six agencies."""

from ieum_console.projector.rebuild import KEPT_DAYS

AGENCIES = """
insert into agency (name) values ('employment-center'), ('city-welfare-team'), ('microfinance-center'),
    ('veterans-center'), ('city-job-center'), ('women-reemployment-center')
"""

TYPES = """
insert into event_type (name)
values ('referral.requested.v1'), ('referral.received.v1'), ('referral.closed.v1')
"""

REFERRALS = """
insert into referral (
    id, sender, recipient, journey, requested_at, state, since, ended, closed_as, holder, due_at, due_clock,
    reminded_at, open_asks, withdrawn_at, erased, reopened, gaps, last_type, last_source, last_at, number
)
select md5(n::text)::uuid, 1 + n % 6, 1 + (n + 1 + n / 6 % 5) % 6, md5((n / 3)::text || 'j')::uuid,
    now() - n * interval '30 seconds', s.state, now() - n * interval '29 seconds', s.ended,
    case when s.state = 'closed' then 'completed' end,
    case when not s.ended then 1 + (n + 1 + n / 6 % 5) % 6 end,
    case when not s.ended then now() - n * interval '29 seconds' + interval '3 days' end,
    case when not s.ended then 'decision' end, null, 0,
    case when n % 100 = 7 then now() - n * interval '29 seconds' end, n % 20000 <> 7, false, 0, 3, 1 + n % 6,
    now() - n * interval '29 seconds', n
from generate_series(1, $1::int) n
cross join lateral (
    select case
        when n % 50 < 40 then 'closed' when n % 50 < 44 then 'declined' when n % 50 < 46 then 'received'
        when n % 50 < 48 then 'in-progress' when n % 500 = 49 then 'waitlisted' else 'cancelled'
    end as state, n % 50 < 44 or (n % 50 >= 48 and n % 500 <> 49) as ended
) s
"""

STEPS = """
insert into step (
    key, source, recipient, family, sequence, event_id, type, said_at, sent_at, partition, "offset", journey
)
select r.id, case when side = 1 then r.sender else r.recipient end,
    case when side = 1 then r.recipient else r.sender end, 1, 1 + (place - 1) / 2,
    md5(r.id::text || place)::uuid, 1 + (place - 1) % 3, r.requested_at + place * interval '1 minute',
    r.requested_at + place * interval '1 minute', r.number % 6, r.number * 4 + place, r.journey
from referral r cross join generate_series(1, 4) place
cross join lateral (select 1 + (place - 1) % 2 as side) s
"""

TALLY = """
insert into tally (sender, recipient, state, referrals)
select sender, recipient, state, count(*) from referral group by 1, 2, 3
"""

EDGES = """
insert into edge (source, recipient, records, events, last_said_at)
select s.id, r.id, 100000, 100000, now() from agency s cross join agency r where s.id <> r.id
"""

FLOW = """
insert into flow (minute, source, recipient, records)
select date_trunc('minute', now()) - m * interval '1 minute', e.source, e.recipient, 1 + m % 7
from edge e cross join generate_series(0, 35 * 24 * 12) m
"""

TIMES = """
insert into delivery_time (minute, source, recipient, bucket, records)
select date_trunc('minute', now()) - m * interval '1 minute', e.source, e.recipient, b, 5
from edge e cross join generate_series(0, 1440) m cross join generate_series(5, 9) b
"""

READING = """
insert into reading (recipient, family, partition, next_offset, end_offset, observed_at)
select a.id, f, p, case when f = 1 then coalesce(m.last - 30, 0) else 0 end, coalesce(m.last, 0), now()
from agency a cross join generate_series(1, 3) f cross join generate_series(0, 5) p
left join lateral (
    select max("offset") + 1 as last from step where recipient = a.id and family = f and partition = p
) m on true
"""

MARKS = """
insert into heard_mark (recipient, family, partition, next_offset, observed_at)
select recipient, family, partition, greatest(0, next_offset - n * 20), now() - n * interval '10 seconds'
from reading cross join generate_series(0, 2000) n on conflict do nothing
"""

SAMPLES = """
insert into answer_sample (referral, sender, recipient, asked_at, answered_at)
select id, sender, recipient, requested_at, since + interval '40 minutes' from referral where ended
"""

SILENCES = """
insert into silence (
    sender, recipient, verdict, slot, samples, outliers, usual_seconds, waiting, beyond, found_at
)
select source, recipient, 'usual', 'hour', 40, 0, 3600, 2, 0, now() from edge
"""

NOTICES = """
insert into notice (recipient, "offset", source, key, type, said_at, sent_at)
select 1 + n % 6, n, 1 + (n + 1) % 6, md5(n::text)::uuid, 1, now(), now() from generate_series(1, 50000) n
"""

AUDIT = """
insert into audit (number, at, actor, action, target, reason, previous, digest)
select n, now() - (200000 - n) * interval '2 minutes', 'operator-' || n % 20, 'referral.view',
    md5(n::text)::uuid::text, '', sha256('before'), sha256(n::text::bytea)
from generate_series(1, 200000) n
"""

OPERATIONS = """
insert into operation (id, act, agency, waits_for, reason, state, prepared_by, prepared_at, ended_at)
select md5(n::text || 'o')::uuid, 'retry', 'city-welfare-team', 'fold.measured', 'measured', 'done',
    'operator-1', now() - n * interval '1 hour', now() - n * interval '59 minutes'
from generate_series(1, 200) n
"""

ITEMS = """
insert into operation_item (
    operation, position, agency, stream, referral, peer, sequence, waits_for, key, is_open, result, at
)
select o.id, i, o.agency, i::text, md5(i::text)::uuid, 'bench/employment-center', 1, o.waits_for,
    gen_random_uuid(), false, 'applied', o.ended_at
from operation o cross join generate_series(1, 200) i
"""

FILL = (
    *(
        AGENCIES,
        TYPES,
        REFERRALS,
        STEPS,
        KEPT_DAYS,
        TALLY,
        EDGES,
        FLOW,
        TIMES,
        READING,
        MARKS,
        SAMPLES,
        SILENCES,
        NOTICES,
        AUDIT,
        OPERATIONS,
        ITEMS,
    ),
    "analyze",
)

SAMPLE_OPERATIONS = "select id from operation order by prepared_at limit $1"
SAMPLE_IDS = """
select id, journey from referral
where number % greatest(1, (select max(number) from referral) / 61) = 0 order by number limit $1
"""
