"""Referrals, their clocks and cases without a lock: columns of one statement, and the versions of their rows.

`{ids}` stands for the array of every id that is read.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

from asyncpg import Connection, Record

from ieum.casework.clock_book import ClockBook
from ieum.casework.loaded_cases import LoadedCases, ToldCase
from ieum.casework.values import Referral, Side
from ieum.delivery.streams.peers import Peers
from ieum.storage.case_rows import case_from
from ieum.storage.clock_rows import clocks_from
from ieum.storage.referral_rows import referrals_from

SERVED_MAX = 16
"""Referrals of a case that are read without a lock; `EVERY` reads one more, to tell a larger case."""

EVERY = """
select array(
    with own as materialized (
        select i.id, r.case_id from unnest($1::uuid[]) as i (id)
        left join lateral (select case_id from referral where id = i.id and recipient limit 1) r on true
    )
    select id from own
    union select case_id from own where case_id is not null
    union select s.id from own cross join lateral (
        select id from (select * from referral where case_id = own.case_id offset 0) mine
        where recipient order by created_at, id limit 17
    ) s
    union select t.id from own cross join lateral (
        select id from (select * from referral where case_id = own.id offset 0) of_case
        where not recipient order by id limit 1
    ) t
    order by 1
) as ids
"""
"""The ids `$1` of referrals and of other agencies' cases, the own cases of these referrals with all that they
serve, and the first referral that one of those other cases serves."""
COLUMNS = """
    exists (
        select from unnest({ids}) as i (id)
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
        from unnest({ids}) as i (id)
        cross join lateral (select * from referral where id = i.id limit 1) r
    ) as referrals,
    array(
        select (
            c.id, c.journey, c.opened_at, c.keep_open, c.closed_at, c.reason, c.version
        )::case_row
        from unnest({ids}) as i (id)
        cross join lateral (select * from case_file where id = i.id limit 1) c
    ) as cases,
    array(
        select (
            c.referral, c.clock, c.since, c.steps, c.harm, c.promised, c.paused_at, c.fired, c.fired_at,
            c.due_at, c.fires_at, c.calendar
        )::clock_row
        from unnest({ids}) as i (id)
        cross join lateral (select * from clock where referral = i.id order by clock) c
    ) as clocks
"""
VERSIONS = """
select r.xmin::text from unnest({ids}) as i (id)
cross join lateral (select xmin from referral where id = i.id limit 1 {lock}) r
union all select c.xmin::text from unnest({ids}) as i (id)
cross join lateral (select xmin from case_file where id = i.id limit 1 {lock}) c
union all select c.xmin::text from unnest({ids}) as i (id)
cross join lateral (select xmin from clock where referral = i.id order by clock {lock}) c
"""
"""Referrals are locked before cases: in the order of every transaction."""


async def known_of(
    connection: Connection, peers: Peers, found: Record, ids: Collection[UUID]
) -> LoadedCases | None:
    """Make what is known under these ids from the columns; None where a case serves too many referrals."""
    every = await referrals_from(connection, peers, found["referrals"])
    mine = [each for each in every if each.id in ids]
    serving = {each.case for each in mine if each.side is Side.RECIPIENT}
    cases = [
        case_from(row, _served(row["id"], found), peers) for row in found["cases"] if row["id"] in serving
    ]
    if any(len(each.served) > SERVED_MAX for each in cases):
        return None
    return LoadedCases(mine, cases, _told(every), clocks=ClockBook(clocks_from(found["clocks"])))


def _served(case: UUID, found: Record) -> list[Record]:
    """Return the rows of the referrals that a case serves here, in the order of their creation."""
    rows = [row for row in found["referrals"] if row["recipient"] and row["case_id"] == case]
    return sorted(rows, key=lambda row: (row["created_at"], row["id"]))


def _told(referrals: Sequence[Referral]) -> dict[UUID, ToldCase]:
    """Return the other agencies' cases that are known from these referrals: of each the first one."""
    return {
        each.case: ToldCase(each.peer, each.journey)
        for each in reversed(referrals)
        if each.side is Side.SENDER and each.case is not None
    }
