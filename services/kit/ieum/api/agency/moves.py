"""What is ordered of a referral that exists: the recipient decides, the sender asks, either tells news."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request
from starlette.responses import Response
from uuid_utils.compat import uuid7

from ieum.api.agency.submit import move
from ieum.api.agency.views import ReferralStanding
from ieum.api.api_context import InContext
from ieum.api.docs.examples import ABANDONMENTS, ASKS, DECISIONS, ELIGIBILITY_CHANGES, REPETITIONS
from ieum.api.docs.openapi import posts
from ieum.application import commands
from ieum.application.loading import Loaded, Requirements
from ieum.casework import not_taken_in, sending
from ieum.casework.ask_orders import ASK_ORDER, AskOrder
from ieum.casework.decision_orders import DECISION_ORDER, DecisionOrder
from ieum.casework.not_taken_in import ABANDONMENT, REPETITION, Abandonment, Repetition
from ieum.casework.orders import ELIGIBILITY_CHANGE
from ieum.casework.values import Change, Referral, Refusal
from ieum_contracts.eligibility import EligibilityChanged

router = APIRouter(tags=["referrals"])

ReferralId = Annotated[UUID, Path(description="The referral's id.")]


@router.post(
    "/v1/referrals/{referral}/decisions",
    **posts("DecisionOrder", DECISIONS, ReferralStanding, versioned=True),
)
async def decide(request: Request, context: InContext, referral: ReferralId) -> Response:
    """Decide, as the recipient's worker. What is the system's or a clock's to decide is refused with 409."""
    new_case = uuid7()

    def needs(content: DecisionOrder) -> Requirements:
        return commands.needs_of_decision(referral, content)

    def command(known: Referral, found: Loaded, content: DecisionOrder, now: datetime) -> Change | Refusal:
        return commands.decide(known, content, found, now, new_case)

    return await move(request, context, referral, DECISION_ORDER, needs, command)


@router.post("/v1/referrals/{referral}/asks", **posts("AskOrder", ASKS, ReferralStanding, versioned=True))
async def ask(request: Request, context: InContext, referral: ReferralId) -> Response:
    """Ask, as the sender's worker; the ask stands in `open_asks` until the recipient settles it."""
    ask_id = uuid7()

    def command(known: Referral, _found: Loaded, content: AskOrder, now: datetime) -> Change | Refusal:
        return sending.ask(known, content, now, ask_id)

    return await move(request, context, referral, ASK_ORDER, lambda _: Requirements(referral), command)


@router.post(
    "/v1/referrals/{referral}/abandon",
    **posts("Abandonment", ABANDONMENTS, ReferralStanding, versioned=True),
)
async def abandon(request: Request, context: InContext, referral: ReferralId) -> Response:
    """Give a referral up, as the sender's supervisor, when nobody will answer it any more.

    The client may be referred again. Nothing is said to the recipient, and what it answers after all counts.
    """

    def command(known: Referral, _found: Loaded, content: Abandonment, now: datetime) -> Change | Refusal:
        return not_taken_in.abandon(known, content, now)

    return await move(request, context, referral, ABANDONMENT, lambda _: Requirements(referral), command)


@router.post(
    "/v1/referrals/{referral}/repeats",
    **posts("Repetition", REPETITIONS, ReferralStanding, versioned=True),
)
async def repeat(request: Request, context: InContext, referral: ReferralId) -> Response:
    """Say the decisions in `not_taken_in` again, as the recipient: the sender's copy stands before them."""

    def command(known: Referral, found: Loaded, _content: Repetition, now: datetime) -> Change | Refusal:
        return not_taken_in.repeat(known, found.untaken, now)

    def needs(_: Repetition) -> Requirements:
        return Requirements(referral, untaken=True)

    return await move(request, context, referral, REPETITION, needs, command)


@router.post(
    "/v1/referrals/{referral}/eligibility-changes",
    **posts("EligibilityChanged", ELIGIBILITY_CHANGES, ReferralStanding, versioned=True),
)
async def change_eligibility(request: Request, context: InContext, referral: ReferralId) -> Response:
    """Tell the other agency of this referral that the client's standing with a programme has changed."""

    def command(
        known: Referral, _found: Loaded, content: EligibilityChanged, now: datetime
    ) -> Change | Refusal:
        return sending.change_eligibility(known, content, now)

    return await move(
        request, context, referral, ELIGIBILITY_CHANGE, lambda _: Requirements(referral), command
    )
