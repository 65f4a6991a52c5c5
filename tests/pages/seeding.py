"""A small centre in the console's database, every kind of row once or more, at times relative to `now`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from asyncpg import Connection

from tests.pages.seeded_operations import seed_operations

AGENCIES = (
    "employment-center",
    "women-reemployment-center",
    "microfinance-center",
    "veterans-center",
    "city-job-center",
    "city-welfare-team",
)
OPEN_STATES = ("requested", "received", "info-requested", "waitlisted", "accepted", "in-progress", "on-hold")
ENDED = ("completed", "closed", "declined", "cancelled", "withdrawn")
TYPES = (
    "referral.requested.v1",
    "referral.received.v1",
    "referral.accepted.v1",
    "referral.started.v1",
    "consent.withdrawn.v1",
    "stream.parked.v1",
)
HOSTILE = "<script>alert(1)</script>"


@dataclass(frozen=True, slots=True)
class Seeded:
    """What tests ask for by name."""

    referral: UUID
    overdue: UUID
    withdrawn: UUID
    gapped: UUID


def number(index: int) -> UUID:
    """Return the id of the referral with this index."""
    return UUID(f"7f3a{index:04x}-0000-7000-8000-{index:012x}")


INSERT_AGENCY = "insert into agency (name) values ($1) returning id"
INSERT_TYPE = "insert into event_type (name) values ($1) returning id"
LIVE = """
update projector set number = 40, applied = 400, applied_at = $1, checked_at = $1, records_behind = 0
where id = 1
"""
INSERT_REFERRAL = """
insert into referral (id, sender, recipient, journey, requested_at, state, since, ended, closed_as, holder,
    due_at, due_clock, reminded_at, open_asks, withdrawn_at, erased, reopened, gaps, last_type, last_source,
    last_at, number)
values ($1, $2, $3, $4, $5, $6, $7, $8, null, $9, $10, $11, null, 0, $12, false, false, $13, $14, $15, $16,
    1)
"""
INSERT_TALLY = """
insert into tally (sender, recipient, state, referrals)
select sender, recipient, state, count(*) from referral group by sender, recipient, state
"""
INSERT_EDGE = """
insert into edge (source, recipient, records, events, last_said_at, heads_at) values ($1, $2, $3, $3, $4, $5)
"""
INSERT_FLOW = "insert into flow (minute, source, recipient, records) values ($1, $2, $3, $4)"
INSERT_TIME = (
    "insert into delivery_time (minute, source, recipient, bucket, records) values ($1, $2, $3, $4, $5)"
)
INSERT_STEP = """
insert into step (key, source, recipient, family, sequence, event_id, type, said_at, sent_at, partition,
    "offset", journey, trace)
values ($1, $2, $3, $4, $5, gen_random_uuid(), $6, $7, $8, 0, $9, $10, $11)
"""
INSERT_GAP = """
insert into gap (key, source, recipient, family, first, last, noticed_at) values ($1, $2, $3, 1, 2, 2, $4)
"""
INSERT_READING = """
insert into reading (recipient, family, partition, next_offset, end_offset, observed_at)
values ($1, 1, 0, $2, $3, $4)
"""
INSERT_MARK = """
insert into heard_mark (recipient, family, partition, next_offset, observed_at) values ($1, 1, 0, $2, $3)
"""
INSERT_INSTANCE = "insert into instance (agency, member, host, observed_at) values ($1, $2, $3, $4)"
INSERT_PRESENCE = """
insert into presence (agency, last_said_at, catalogue_at, read_at, group_state)
values ($1, $2, $2, $2, 'STABLE')
"""
INSERT_WAITING = "insert into waiting_stream (hearer, sayer, key, since) values ($1, $2, $3, $4)"
INSERT_PROGRAMME = "insert into programme (agency, id, published_at, capacity_at) values ($1, $2, $3, $3)"
INSERT_LOOK = "insert into agency_look (agency, answer, outbox_rows, looked_at) values ($1, $2, $3, $4)"
INSERT_SPOKEN = """
insert into spoken (agency, type, dataschema, records, first_at, last_at) values ($1, $2, $3, 20, $4, $4)
"""


async def seed(connection: Connection, now: datetime) -> Seeded:
    """Fill the database; texts that come from outside are hostile where they can be."""
    agencies = [await connection.fetchval(INSERT_AGENCY, name) for name in AGENCIES]
    types = [await connection.fetchval(INSERT_TYPE, name) for name in TYPES]
    await connection.execute(LIVE, now)
    await _referrals(connection, agencies, types, now)
    await _flow(connection, agencies, now)
    await _steps(connection, agencies, types, now)
    for index, agency in enumerate(agencies):
        await connection.execute(INSERT_PRESENCE, agency, now - timedelta(seconds=20 * index))
        host = HOSTILE if index == 0 else "127.0.0.1"
        await connection.execute(INSERT_INSTANCE, agency, f"ieum-{index}", host, now)
        await connection.execute(INSERT_READING, agency, 100, 100 + index * 3, now)
        await connection.execute(INSERT_PROGRAMME, agency, f"programme-{index}", now)
        schema = "urn:ieum:referral.requested.v1" if index else f"urn:{HOSTILE}"
        await connection.execute(INSERT_SPOKEN, agency, types[index], schema, now)
    await connection.execute(INSERT_WAITING, agencies[5], agencies[0], number(5), now - timedelta(minutes=9))
    for agency, answer, rows in (("city-welfare-team", "away", None), ("employment-center", "ready", 3)):
        await connection.execute(INSERT_LOOK, agency, answer, rows, now - timedelta(minutes=2))
    await seed_operations(connection, now, [number(index) for index in range(3)])
    return Seeded(number(0), number(14), number(11), number(3))


async def _referrals(
    connection: Connection, agencies: Sequence[int], types: Sequence[int], now: datetime
) -> None:
    states = (*OPEN_STATES, *ENDED)
    for index in range(60):
        sender, recipient = agencies[index % 6], agencies[(index + 1 + index // 6 % 5) % 6]
        state = states[index % len(states)]
        asked = now - timedelta(minutes=17 * index + 4)
        due = now + timedelta(hours=20 - index) if state in OPEN_STATES else None
        await connection.execute(
            INSERT_REFERRAL,
            *(number(index), sender, recipient, number(1000 + index // 3), asked, state),
            *(asked + timedelta(minutes=2), state in ENDED, recipient if state in OPEN_STATES else None),
            *(due, None if due is None else "decision"),
            asked + timedelta(minutes=3) if state == "withdrawn" else None,
            1 if index == 3 else 0,
            *(types[1], recipient, asked + timedelta(minutes=2)),
        )
    await connection.execute(INSERT_TALLY)


async def _flow(connection: Connection, agencies: Sequence[int], now: datetime) -> None:
    minute = now.replace(second=0, microsecond=0)
    for i, source in enumerate(agencies):
        for j, recipient in enumerate(agencies):
            if i == j or (i + j) % 3 == 0:
                continue
            records = (i + 1) * (j + 2)
            await connection.execute(INSERT_EDGE, source, recipient, records, now, now - timedelta(minutes=1))
            if (i + j) % 4:
                await connection.execute(INSERT_FLOW, minute, source, recipient, records)
                await connection.execute(INSERT_TIME, minute, source, recipient, 9, records)


async def _steps(
    connection: Connection, agencies: Sequence[int], types: Sequence[int], now: datetime
) -> None:
    for key, missing in ((number(0), False), (number(3), True)):
        sender = agencies[0] if not missing else agencies[3]
        recipient = agencies[1] if not missing else agencies[4]
        said = now - timedelta(hours=20)
        for sequence, (kind, forth) in enumerate(((0, True), (1, False), (2, False), (3, False)), 1):
            source, other = (sender, recipient) if forth else (recipient, sender)
            place = sequence if forth else sequence - 1 + (1 if missing and sequence > 2 else 0)
            said += timedelta(minutes=90 * sequence)
            await connection.execute(
                INSERT_STEP,
                *(key, source, other, 1, max(place, 1), types[kind], said, said + timedelta(seconds=1)),
                *(10 * sequence, number(1000), "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
            )
        if missing:
            await connection.execute(INSERT_GAP, key, recipient, sender, said)
    await _marks(connection, agencies, now)


async def _marks(connection: Connection, agencies: Sequence[int], now: datetime) -> None:
    """Say when the events of the first referral were read: some at once, some hours later."""
    for agency, offset, hours in ((1, 5, 19), (1, 11, 18.4), (0, 5, 19), (0, 21, 15), (0, 31, 8), (0, 41, 4)):
        await connection.execute(INSERT_MARK, agencies[agency], offset, now - timedelta(hours=hours))
