"""A client's whole journey, as far as this agency can know it: its own part in full, of the rest states."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from asyncpg import Connection
from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from ieum.access.access_log import note_list
from ieum.api.agency.cases import CaseView, case_view
from ieum.api.agency.clock_views import clocks_by_referral
from ieum.api.agency.representations import ReferralSummary
from ieum.api.agency.to_do_views import ToDo, to_do
from ieum.api.agency.views import summary
from ieum.api.api_context import ApiContext, InContext
from ieum.api.docs.examples import JOURNEY_PLANS
from ieum.api.docs.route_description import gets, posts
from ieum.api.http.idempotency import once
from ieum.api.http.responses import etag, json_answer, wanted_versions
from ieum.api.http.unit_of_work import reading
from ieum.api.problems import http_kinds
from ieum.api.problems.referral_kinds import STALE
from ieum.api.problems.refused import refused
from ieum.api.problems.response import Problem
from ieum.casework.journey import elsewhere, goals_of, lead_of
from ieum.casework.orders import JOURNEY_PLAN, JourneyPlan
from ieum.casework.refusals import Guard, Refusal
from ieum.storage.journey_rows import (
    JOURNEY_REFERRALS_MAX,
    GoalPlanned,
    JourneyRead,
    hold_plan,
    read_journey,
    write_plan,
)
from ieum_contracts.client_codes import Goal
from ieum_contracts.codes import Outcome, State
from ieum_contracts.model import Day
from ieum_contracts.timing import out_of_time

router = APIRouter(tags=["journeys"])

JourneyId = Annotated[UUID, Path(description="The journey's id.")]


class StopElsewhere(BaseModel):
    """A stop of the client in which this agency has no part: known from the path of a referral to it."""

    agency: str = Field(description="Address of the agency.")
    programme: str
    at: datetime = Field(description="When the client was referred there.")
    state: State | None = Field(
        default=None, description="Where it stood when the client was referred on; absent if nobody said."
    )
    state_as_of: datetime = Field(description="When the client was referred on: nothing later is known.")


class GoalCited(BaseModel):
    """A referral of this agency that serves a goal."""

    referral: UUID
    state: State
    outcome: Outcome | None = None


class JourneyGoal(BaseModel):
    """A goal of the journey: cited by referrals, or in the plan, which the lead agency alone knows."""

    goal: Goal
    cited_by: list[GoalCited]
    owner: str | None = Field(default=None, description="Id of the agency in charge, by the plan.")
    review_on: Day | None = Field(default=None, description="When it is looked at again, by the plan.")


class Journey(BaseModel):
    """A journey as one agency knows it."""

    id: UUID
    lead: str | None = Field(
        default=None,
        description="Address of the lead agency (주관기관); absent when this agency knows of none.",
    )
    referrals: list[ReferralSummary] = Field(description="Those of this agency, the oldest first, in full.")
    more: bool = Field(description="Whether there are more than are shown.")
    cases: list[CaseView] = Field(description="Cases of this agency.")
    to_do: list[ToDo] = Field(description="What a worker has to take care of here, the latest first.")
    goals: list[JourneyGoal]
    plan_version: int = Field(description="Rises whenever the plan is set; the ETag.")
    elsewhere: list[StopElsewhere] = Field(
        description="The rest, as far as it is known: an agency is told only of referrals in which it has a "
        "part and of the path on which a client came to it, not where a client went on from its partners."
    )


@router.get("/v1/journeys/{journey}", **gets("readJourney", Journey, http_kinds.NOT_FOUND, versioned=True))
async def read(context: InContext, journey: JourneyId) -> Response:
    """Read a journey in which this agency takes part."""
    async with (
        reading(context.delivery.database) as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        return await _answer(connection, context, await _found(connection, context, journey))


@router.post(
    "/v1/journeys/{journey}/plan",
    **posts(
        *("planJourney", "JourneyPlan", JOURNEY_PLANS, Journey),
        *(http_kinds.NOT_FOUND, http_kinds.OWNER),
        versioned=True,
    ),
)
async def plan(request: Request, context: InContext, journey: JourneyId) -> Response:
    """Set the goals of a journey, as its lead agency; nothing is said to another agency.

    The ETag of a journey, by If-Match, is the version of its plan alone.
    """
    wanted = wanted_versions(request)

    async def work(connection: Connection, order: JourneyPlan) -> Response:
        faults = tuple(out_of_time(order, context.delivery.now()))
        if faults:
            raise refused(Refusal(Guard.TIME, "out-of-time", faults=faults))
        found = await _found(connection, context, journey)
        if lead_of(found.referrals, context.delivery.me) != context.delivery.me:
            raise refused(Refusal(Guard.OWNER, "planned-by-lead-agency"))
        version = await hold_plan(connection, journey)
        if wanted is not None and version not in wanted:
            raise Problem(STALE, {"version": version}, {"etag": etag(version)})
        goals = [GoalPlanned(each.goal, each.owner, each.review_on) for each in order.goals]
        await write_plan(connection, journey, goals)
        return await _answer(connection, context, await _found(connection, context, journey))

    return await once(request, context.delivery.database, JOURNEY_PLAN, work)


async def _answer(connection: Connection, context: ApiContext, found: JourneyRead) -> Response:
    shown = await _shown(connection, context, found)
    return json_answer(shown, headers={"etag": etag(found.plan_version)})


async def _found(connection: Connection, context: ApiContext, journey: UUID) -> JourneyRead:
    found = await read_journey(connection, context.delivery.peers, journey)
    if not found.referrals:
        raise Problem(http_kinds.NOT_FOUND)
    note_list(each.id for each in found.referrals)
    return found


async def _shown(connection: Connection, context: ApiContext, found: JourneyRead) -> Journey:
    me = context.delivery.me
    lead = lead_of(found.referrals, me)
    clocks = await clocks_by_referral(connection, context, [each.id for each in found.referrals])
    return Journey(
        id=found.referrals[0].journey,
        lead=None if lead is None else str(lead),
        referrals=[summary(each, clocks[each.id]) for each in found.referrals],
        more=len(found.referrals) == JOURNEY_REFERRALS_MAX,
        cases=[case_view(each) for each in found.cases],
        to_do=[to_do(each) for each in found.to_dos],
        goals=_goals(found),
        plan_version=found.plan_version,
        elsewhere=[
            StopElsewhere(
                agency=each.visit.agency,
                programme=each.visit.programme,
                at=each.visit.at,
                state=each.visit.state,
                state_as_of=each.state_as_of,
            )
            for each in elsewhere(found.referrals, me)
        ],
    )


def _goals(found: JourneyRead) -> list[JourneyGoal]:
    goals = {
        each.goal: JourneyGoal(goal=each.goal, cited_by=[], owner=each.owner, review_on=each.review_on)
        for each in found.plan
    }
    for referral in found.referrals:
        cited = GoalCited(referral=referral.id, state=referral.state, outcome=referral.outcome)
        for goal in goals_of(referral):
            goals.setdefault(goal, JourneyGoal(goal=goal, cited_by=[])).cited_by.append(cited)
    return list(goals.values())
