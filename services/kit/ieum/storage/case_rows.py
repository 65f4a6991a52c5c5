"""Cases as rows: locked and read with the referrals that they serve, written many at once."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from asyncpg import Connection, Record
from pydantic_core import from_json

from ieum.casework.case_commands import SERVED_MAX
from ieum.casework.loaded_cases import ToldCase
from ieum.casework.values import Case, CaseReferral
from ieum.delivery.streams.peers import Peers
from ieum_contracts.case import CaseReason
from ieum_contracts.client_codes import Goal
from ieum_contracts.codes import Outcome, State

_LOCK = """
select c.* from unnest($1::uuid[]) as i (id)
cross join lateral (select * from case_file where id = i.id limit 1 for update) c
"""


async def lock_cases(connection: Connection, peers: Peers, ids: Collection[UUID]) -> list[Case]:
    """Lock and read cases, in ascending order of ids, each with the referrals that it serves."""
    return await cases_from(connection, peers, await connection.fetch(_LOCK, sorted(ids)) if ids else [])


_SERVED = """
select r.id, r.case_id, r.peer, r.state, r.outcome, r.asked, r.withdrawn from unnest($1::uuid[]) as i (id)
cross join lateral (
    select * from (select * from referral where case_id = i.id and recipient offset 0) mine
    order by created_at, id limit $2
) r
"""
# Without `offset 0` a plan made while `referral` is empty may scan all of it in the order of the result.


async def cases_from(connection: Connection, peers: Peers, rows: Sequence[Record]) -> list[Case]:
    """Make cases from full rows, and load the referrals that they serve."""
    if not rows:
        return []
    served: dict[UUID, list[Record]] = {row["id"]: [] for row in rows}
    found = await connection.fetch(_SERVED, list(served), SERVED_MAX)
    await peers.load_numbers(connection, (row["peer"] for row in found))
    for row in found:
        served[row["case_id"]].append(row)
    return [case_from(row, served[row["id"]], peers) for row in rows]


def case_row(case: Case) -> tuple[object, ...]:
    """Return a case as a database row (`case_row`); which referrals it serves is stored with them."""
    return (
        case.id,
        case.journey,
        case.opened_at,
        case.keep_open,
        case.closed_at,
        case.reason,
        case.version,
    )


_LOCK_JOURNEYS = """
select pg_advisory_xact_lock(number) from (
    select distinct hashtextextended('journey ' || id, 0) as number
    from unnest($1::text[]) as i (id) order by number
) journey
"""
_CASES_OF_JOURNEYS = """
select i.journey, r.case_id from unnest($1::uuid[]) as i (journey)
cross join lateral (
    select case_id from (select * from referral where journey = i.journey offset 0) of_journey
    where recipient and case_id is not null order by id limit 1
) r
"""


async def lock_journeys(connection: Connection, journeys: Collection[UUID]) -> dict[UUID, UUID]:
    """Return the cases of journeys, and lock the journeys, so that nobody opens another case in them."""
    if not journeys:
        return {}
    await connection.execute(_LOCK_JOURNEYS, sorted(map(str, journeys)))
    return {row[0]: row[1] for row in await connection.fetch(_CASES_OF_JOURNEYS, list(journeys))}


_TOLD = """
select i.case_id, r.peer, r.journey from unnest($1::uuid[]) as i (case_id)
cross join lateral (
    select peer, journey from (select * from referral where case_id = i.case_id offset 0) of_case
    where not recipient order by id limit 1
) r
"""


async def read_told_cases(
    connection: Connection, peers: Peers, ids: Collection[UUID]
) -> Mapping[UUID, ToldCase]:
    """Return the owner and the journey of other agencies' cases, from the referrals that they serve."""
    rows = await connection.fetch(_TOLD, sorted(ids)) if ids else []
    await peers.load_numbers(connection, (row["peer"] for row in rows))
    return {row["case_id"]: ToldCase(peers.address(row["peer"]), row["journey"]) for row in rows}


def _served(row: Record, peers: Peers) -> CaseReferral:
    return CaseReferral(
        row["id"],
        peers.address(row["peer"]),
        State(row["state"]),
        None if row["outcome"] is None else Outcome(row["outcome"]),
        tuple(Goal(goal) for goal in from_json(row["asked"]).get("goals", [])),
        row["withdrawn"],
    )


def case_from(row: Record, served: Iterable[Record], peers: Peers) -> Case:
    """Make a case from its row and those of the referrals that it serves, in the order of their creation."""
    return Case(
        id=row["id"],
        journey=row["journey"],
        opened_at=row["opened_at"],
        served=tuple(_served(each, peers) for each in served),
        keep_open=row["keep_open"],
        closed_at=row["closed_at"],
        reason=None if row["reason"] is None else CaseReason(row["reason"]),
        version=row["version"],
    )
