"""Cases as rows: read with a lock together with the referrals they serve, written many at once."""

from collections.abc import Collection, Sequence
from uuid import UUID

from asyncpg import Connection, Record
from pydantic_core import from_json

from ieum.casework.cases import SERVED_MAX
from ieum.casework.values import Case, Served
from ieum.delivery.peers import Peers
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
select r.id, r.case_id, r.peer, r.state, r.outcome, r.asked from unnest($1::uuid[]) as i (id)
cross join lateral (
    select * from referral where case_id = i.id and recipient order by created_at, id limit $2
) r
"""


async def cases_from(connection: Connection, peers: Peers, rows: Sequence[Record]) -> list[Case]:
    """Make cases of rows that carry all columns, and look up whom they serve."""
    if not rows:
        return []
    served: dict[UUID, list[Served]] = {row["id"]: [] for row in rows}
    found = await connection.fetch(_SERVED, list(served), SERVED_MAX)
    if not all(peers.knows_number(row["peer"]) for row in found):
        await peers.read(connection)
    for row in found:
        served[row["case_id"]].append(_served(row, peers))
    return [_case(row, tuple(served[row["id"]])) for row in rows]


_WRITE = """
insert into case_file (id, journey, opened_at, keep_open, closed_at, reason, version)
select * from unnest(
    $1::uuid[], $2::uuid[], $3::timestamptz[], $4::bool[], $5::timestamptz[], $6::text[], $7::bigint[]
)
on conflict (id) do update set
    keep_open = excluded.keep_open, closed_at = excluded.closed_at,
    reason = excluded.reason, version = excluded.version
"""


async def write_cases(connection: Connection, cases: Sequence[Case]) -> None:
    """Write new and changed cases in one statement; whom they serve stands with the referrals."""
    if cases:
        await connection.execute(
            _WRITE,
            [case.id for case in cases],
            [case.journey for case in cases],
            [case.opened_at for case in cases],
            [case.keep_open for case in cases],
            [case.closed_at for case in cases],
            [case.reason for case in cases],
            [case.version for case in cases],
        )


_LOCK_JOURNEY = "select pg_advisory_xact_lock(hashtextextended('journey ' || $1::text, 0))"
_CASE_OF_JOURNEY = """
select case_id from referral where journey = $1 and recipient and case_id is not null order by id limit 1
"""


async def lock_case_of_journey(connection: Connection, peers: Peers, journey: UUID) -> Case | None:
    """Find the case of a journey, and keep others from opening a second one until the transaction ends."""
    await connection.execute(_LOCK_JOURNEY, str(journey))
    case = await connection.fetchval(_CASE_OF_JOURNEY, journey)
    return None if case is None else next(iter(await lock_cases(connection, peers, [case])), None)


def _served(row: Record, peers: Peers) -> Served:
    return Served(
        row["id"],
        peers.address(row["peer"]),
        State(row["state"]),
        None if row["outcome"] is None else Outcome(row["outcome"]),
        tuple(Goal(goal) for goal in from_json(row["asked"]).get("goals", [])),
    )


def _case(row: Record, served: tuple[Served, ...]) -> Case:
    return Case(
        id=row["id"],
        journey=row["journey"],
        opened_at=row["opened_at"],
        served=served,
        keep_open=row["keep_open"],
        closed_at=row["closed_at"],
        reason=None if row["reason"] is None else CaseReason(row["reason"]),
        version=row["version"],
    )
