"""The rows of referrals: their heads, how many are in which state, what is missing, how long answers took."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from asyncpg import Connection

from ieum.casework.referral_fold import Custody
from ieum_console.projector.names import Names
from ieum_console.projector.streams_known import KnownKey, Missing

READ_STORED = "select id, sender, recipient, state from referral where id = any($1::uuid[])"


async def read_stored(connection: Connection, keys: Collection[UUID]) -> Mapping[UUID, tuple[int, int, str]]:
    """Return under which edge and state referrals are stored."""
    rows = await connection.fetch(READ_STORED, sorted(keys))
    return {row["id"]: (row["sender"], row["recipient"], row["state"]) for row in rows}


WRITE_HEADS = """
insert into referral (
    id, sender, recipient, journey, requested_at, state, since, ended, closed_as, holder, due_at, due_clock,
    reminded_at, open_asks, withdrawn_at, erased, reopened, gaps, last_type, last_source, last_at, number
)
select * from unnest(
    $1::uuid[], $2::smallint[], $3::smallint[], $4::uuid[], $5::timestamptz[], $6::text[], $7::timestamptz[],
    $8::boolean[], $9::text[], $10::smallint[], $11::timestamptz[], $12::text[], $13::timestamptz[],
    $14::smallint[], $15::timestamptz[], $16::boolean[], $17::boolean[], $18::smallint[], $19::smallint[],
    $20::smallint[], $21::timestamptz[], $22::bigint[]
)
on conflict (id) do update set
    sender = excluded.sender, recipient = excluded.recipient, journey = excluded.journey,
    requested_at = excluded.requested_at, state = excluded.state, since = excluded.since,
    ended = excluded.ended, closed_as = excluded.closed_as, holder = excluded.holder,
    due_at = excluded.due_at, due_clock = excluded.due_clock, reminded_at = excluded.reminded_at,
    open_asks = excluded.open_asks, withdrawn_at = excluded.withdrawn_at, erased = excluded.erased,
    reopened = excluded.reopened, gaps = excluded.gaps, last_type = excluded.last_type,
    last_source = excluded.last_source, last_at = excluded.last_at, number = excluded.number
"""
GAPS_MAX = 30_000


async def write_heads(
    connection: Connection, changed: Mapping[UUID, KnownKey], names: Names, number: int
) -> None:
    """Write the referrals among these keys, what they are counted as, and the answers that they came to."""
    rows, tally, samples = [], Counter[tuple[int, int, str]](), []
    for key, known in sorted(changed.items()):
        if known.fold is None:
            continue
        custody = known.fold.custody()
        rows.append((key, *_head(custody, known, names), number))
        counted = (custody.sender, custody.recipient, str(custody.copy.state))
        if known.stored != counted:
            tally[counted] += 1
            if known.stored is not None:
                tally[known.stored] -= 1
            known.stored = counted
        if custody.answered_at is not None and not known.answered:
            known.answered = True
            asked, answered = custody.requested_at, custody.answered_at
            samples.append((key, custody.sender, custody.recipient, asked, answered))
    if rows:
        await connection.execute(WRITE_HEADS, *map(list, zip(*rows, strict=True)))
    await _write_tally(connection, tally)
    if samples:
        await connection.execute(WRITE_SAMPLES, *map(list, zip(*samples, strict=True)))


def _head(custody: Custody, known: KnownKey, names: Names) -> tuple[object, ...]:
    copy, last = custody.copy, custody.last
    return (
        *(custody.sender, custody.recipient, custody.journey, custody.requested_at),
        *(str(copy.state), custody.since, custody.ended, copy.closed_as and str(copy.closed_as)),
        *(custody.holder, custody.due_at, custody.due_clock and str(custody.due_clock), custody.reminded_at),
        *(len(copy.open), custody.withdrawn_at, copy.erased, copy.reopened),
        min(GAPS_MAX, sum(each.last - each.first + 1 for each in known.missing)),
        *(names.type(last.type), last.source, last.said_at),
    )


WRITE_TALLY = """
insert into tally (sender, recipient, state, referrals)
select * from unnest($1::smallint[], $2::smallint[], $3::text[], $4::bigint[])
on conflict (sender, recipient, state) do update set referrals = tally.referrals + excluded.referrals
"""


async def _write_tally(connection: Connection, tally: Counter[tuple[int, int, str]]) -> None:
    rows = [(*what, change) for what, change in sorted(tally.items()) if change]
    if rows:
        await connection.execute(WRITE_TALLY, *map(list, zip(*rows, strict=True)))


WRITE_SAMPLES = """
insert into answer_sample (referral, sender, recipient, asked_at, answered_at)
select * from unnest($1::uuid[], $2::smallint[], $3::smallint[], $4::timestamptz[], $5::timestamptz[])
on conflict (referral) do nothing
"""

READ_GAPS = "select key, source, recipient, family, first, last from gap where key = any($1::uuid[])"

DROP_GAPS = """
delete from gap g using unnest($1::uuid[], $2::smallint[], $3::smallint[], $4::smallint[], $5::bigint[])
    as gone(key, source, recipient, family, first)
where g.key = gone.key and g.source = gone.source and g.recipient = gone.recipient and g.family = gone.family
    and g.first = gone.first
"""

ADD_GAPS = """
insert into gap (key, source, recipient, family, first, last, noticed_at)
select *, $7::timestamptz from unnest(
    $1::uuid[], $2::smallint[], $3::smallint[], $4::smallint[], $5::bigint[], $6::bigint[]
)
"""


async def write_gaps(connection: Connection, reread: Mapping[UUID, KnownKey], at: datetime) -> None:
    """Store what is missing of the keys that were read as a whole; what is still missing keeps its time."""
    stored = {Missing(*row.values()) for row in await connection.fetch(READ_GAPS, sorted(reread))}
    wanted = {each for known in reread.values() for each in known.missing}
    gone, new = sorted(stored - wanted), sorted(wanted - stored)
    if gone:
        await connection.execute(DROP_GAPS, *_columns([each[:-1] for each in gone]))
    if new:
        await connection.execute(ADD_GAPS, *_columns(new), at)


def _columns(rows: Sequence[tuple[object, ...]]) -> list[list[object]]:
    return [list(column) for column in zip(*rows, strict=True)]
