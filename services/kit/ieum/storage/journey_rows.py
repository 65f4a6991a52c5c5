"""One journey as this agency's database knows it: referrals, cases, things to do, and the lead's plan."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from asyncpg import Connection

from ieum.casework.known_change import KnownChange
from ieum.casework.values import Case, Referral, Side
from ieum.delivery.streams.peers import Peers
from ieum.storage.case_rows import cases_from
from ieum.storage.eligibility_change_rows import read_changes
from ieum.storage.referral_rows import referrals_from
from ieum_contracts.client_codes import Goal

JOURNEY_REFERRALS_MAX = 200


@dataclass(frozen=True, slots=True)
class GoalPlanned:
    """One goal of the plan that this agency keeps as the lead agency."""

    goal: Goal
    owner: str
    review_on: date


@dataclass(frozen=True, slots=True)
class JourneyRead:
    """What this agency has of a journey; the referrals are the first ones, the oldest first."""

    referrals: Sequence[Referral]
    cases: Sequence[Case]
    to_dos: Sequence[KnownChange]
    plan: Sequence[GoalPlanned]
    plan_version: int


_REFERRALS = """
select * from (select * from referral where journey = $1 offset 0) of_journey order by created_at, id limit $2
"""
_CASES = "select * from case_file where id = any($1::uuid[]) order by opened_at, id"
_PLAN = "select goal, owner, review_on from journey_goal where journey = $1 order by review_on, goal"
_VERSION = "select coalesce((select version from journey_plan where journey = $1), 0)"


async def read_journey(connection: Connection, peers: Peers, journey: UUID) -> JourneyRead:
    """Read a journey; without referrals this agency takes no part in it."""
    rows = await connection.fetch(_REFERRALS, journey, JOURNEY_REFERRALS_MAX)
    referrals = await referrals_from(connection, peers, rows)
    mine = {each.case for each in referrals if each.side is Side.RECIPIENT and each.case is not None}
    cases = await cases_from(connection, peers, await connection.fetch(_CASES, sorted(mine)) if mine else [])
    changes = await read_changes(connection, peers, [journey])
    plan = [
        GoalPlanned(Goal(row["goal"]), row["owner"], row["review_on"])
        for row in await connection.fetch(_PLAN, journey)
    ]
    to_dos = [each for each in changes if each.to_do]
    return JourneyRead(referrals, cases, to_dos, plan, await connection.fetchval(_VERSION, journey))


_HOLD = """
insert into journey_plan (journey, version) values ($1, 0)
on conflict (journey) do update set version = journey_plan.version returning version
"""


async def hold_plan(connection: Connection, journey: UUID) -> int:
    """Lock the plan of a journey until the transaction ends, and return its version; 0 is none."""
    version: int = await connection.fetchval(_HOLD, journey)
    return version


_RAISE = "update journey_plan set version = version + 1 where journey = $1"
_CLEAR = "delete from journey_goal where journey = $1"
_SET = """
insert into journey_goal (journey, goal, owner, review_on, at)
select $1, goal, owner, review_on, now()
from unnest($2::text[], $3::text[], $4::date[]) as p (goal, owner, review_on)
"""


async def write_plan(connection: Connection, journey: UUID, plan: Collection[GoalPlanned]) -> None:
    """Replace the plan of a journey; to be called in the transaction that holds it."""
    await connection.execute(_RAISE, journey)
    await connection.execute(_CLEAR, journey)
    await connection.execute(
        _SET,
        journey,
        [each.goal for each in plan],
        [each.owner for each in plan],
        [each.review_on for each in plan],
    )
