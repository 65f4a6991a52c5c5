"""What folding few events reads of referrals without a lock: columns of one statement, and their versions."""

from asyncpg import Connection, Record

from ieum.casework.clock_book import ClockBook
from ieum.casework.values import Referral
from ieum.delivery.streams.peers import Peers
from ieum.storage.clock_rows import running_clock
from ieum.storage.referral_rows import referrals_from

COLUMNS = """
    exists (
        select from unnest($1::uuid[]) as i (id)
        cross join lateral (select from inquiry where id = i.id limit 1) q
    ) as inquired,
    array(
        select (
            r.id, r.recipient, r.peer, r.journey, r.parent, r.case_id, r.programme, r.state, r.version,
            r.ask_ids, r.ask_types, r.closed_as, r.reopened, r.disputed, r.withdrawn, r.erased,
            r.outcome, r.reason, r.client_ref, r.open_ref, r.loop_override, r.created_at, r.changed_at,
            r.concluded_at, r.asked, r.sealed, r.assessment, r.untaken_ids, r.untaken_names,
            r.untaken_reasons, r.over, r.ended_here, r.ended_reason, r.requested_at
        )::referral_row_2
        from unnest($1::uuid[]) as i (id)
        cross join lateral (select * from referral where id = i.id limit 1) r
    ) as referrals,
    array(
        select (
            c.referral, c.clock, c.since, c.steps, c.harm, c.promised, c.paused_at, c.fired, c.fired_at,
            c.due_at, c.fires_at, c.calendar
        )::clock_row
        from unnest($1::uuid[]) as i (id)
        cross join lateral (select * from clock where referral = i.id order by clock) c
    ) as clocks
"""
VERSIONS = """
select r.xmin::text from unnest($1::uuid[]) as i (id)
cross join lateral (select xmin from referral where id = i.id limit 1 {lock}) r
union all select c.xmin::text from unnest($1::uuid[]) as i (id)
cross join lateral (select xmin from clock where referral = i.id order by clock {lock}) c
"""


async def referrals_of(connection: Connection, peers: Peers, found: Record) -> list[Referral]:
    """Make the referrals of the columns, in ascending order of ids."""
    return await referrals_from(connection, peers, found["referrals"])


def clock_book_of(found: Record) -> ClockBook:
    """Make the clocks of the columns."""
    return ClockBook((row["referral"], running_clock(row)) for row in found["clocks"])
