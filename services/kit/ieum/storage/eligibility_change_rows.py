"""Changes of eligibility as rows: read by journey and by referral, listed, written many at once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from asyncpg import Connection, Record
from pydantic import TypeAdapter

from ieum.casework.known_change import KnownChange, ToDoResult
from ieum.delivery.streams.peers import Peers
from ieum_contracts.eligibility import Conflict, Standing
from ieum_contracts.lifecycle import ENDED

PARTNERS_MAX = 50
"""Referrals of one journey that are under way at one agency, and are told of a change."""
CHANGES_MAX = 200
"""Changes of one journey that are remembered, the newest."""
_CONFLICTS: TypeAdapter[tuple[Conflict, ...]] = TypeAdapter(tuple[Conflict, ...])

_PARTNERS = """
select o.id from unnest($1::uuid[]) as i (id)
cross join lateral (select journey from referral where id = i.id limit 1) r
cross join lateral (
    select id from (select * from referral where journey = r.journey offset 0) of_journey
    where not (state = any($2::text[])) and ended_here is null and not withdrawn
    order by id limit $3
) o
"""


async def read_partners(connection: Connection, referrals: Collection[UUID]) -> set[UUID]:
    """Return the referrals that are under way in the journeys of these; to be locked together with them."""
    if not referrals:
        return set()
    return {
        row["id"] for row in await connection.fetch(_PARTNERS, sorted(referrals), sorted(ENDED), PARTNERS_MAX)
    }


_OF_JOURNEYS = """
select c.* from unnest($1::uuid[]) as i (journey)
cross join lateral (
    select * from (select * from eligibility_change where journey = i.journey offset 0) of_journey
    order by number desc limit $2
) c
"""


async def read_changes(connection: Connection, peers: Peers, journeys: Collection[UUID]) -> list[KnownChange]:
    """Read the changes of journeys; those of a locked referral's journey cannot be added meanwhile."""
    if not journeys:
        return []
    return await _changes(
        connection, peers, await connection.fetch(_OF_JOURNEYS, sorted(journeys), CHANGES_MAX)
    )


_OF_REFERRAL = """
select * from (select * from eligibility_change where referral = $1 offset 0) of_referral
where to_do order by number desc limit $2
"""


async def read_to_dos(connection: Connection, peers: Peers, referral: UUID) -> list[KnownChange]:
    """Read what there is to do about a referral, and was done, the newest first."""
    return await _changes(connection, peers, await connection.fetch(_OF_REFERRAL, referral, CHANGES_MAX))


@dataclass(frozen=True, slots=True)
class ToDosWanted:
    """The filters of the list; None filters nothing."""

    done: bool | None = None
    journey: UUID | None = None
    programme: str | None = None


_LIST = """
select * from eligibility_change
where to_do and ($1::bool is null or (done_at is not null) = $1)
    and ($2::uuid is null or journey = $2)
    and ($3::text is null or programme = $3)
    and number < $4
order by number desc limit $5
"""


async def list_to_dos(
    connection: Connection, peers: Peers, wanted: ToDosWanted, before: int, limit: int
) -> tuple[list[KnownChange], int | None]:
    """List what there is to do, the newest first; also the number of the last, when there are more."""
    rows = await connection.fetch(_LIST, wanted.done, wanted.journey, wanted.programme, before, limit + 1)
    shown = rows[:limit]
    return await _changes(connection, peers, shown), shown[-1]["number"] if len(rows) > limit else None


_FORGET = "delete from eligibility_change where referral = any($1::uuid[])"


async def forget_changes(connection: Connection, referrals: Collection[UUID]) -> None:
    """Delete what is known of the clients of erased referrals."""
    await connection.execute(_FORGET, sorted(referrals))


def change_row(change: KnownChange, peers: Peers) -> tuple[object, ...]:
    """Return a change as a database row (`eligibility_change_row`)."""
    return (
        change.referral,
        change.id,
        change.journey,
        None if change.told_by is None else peers.number(change.told_by),
        change.programme,
        change.old,
        change.new,
        change.effective_on,
        _CONFLICTS.dump_json(change.conflicts),
        change.at,
        change.to_do,
        change.done_at,
        change.result,
    )


async def _changes(connection: Connection, peers: Peers, rows: Sequence[Record]) -> list[KnownChange]:
    await peers.load_numbers(connection, (row["told_by"] for row in rows if row["told_by"] is not None))
    return [_change(row, peers) for row in rows]


def _change(row: Record, peers: Peers) -> KnownChange:
    return KnownChange(
        referral=row["referral"],
        id=row["id"],
        journey=row["journey"],
        told_by=None if row["told_by"] is None else peers.address(row["told_by"]),
        programme=row["programme"],
        old=Standing(row["old"]),
        new=Standing(row["new"]),
        effective_on=row["effective_on"],
        conflicts=_CONFLICTS.validate_json(row["conflicts"]),
        at=row["at"],
        to_do=row["to_do"],
        done_at=row["done_at"],
        result=None if row["result"] is None else ToDoResult(row["result"]),
    )
