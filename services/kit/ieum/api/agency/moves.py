"""Commands on an existing referral: the recipient decides, the sender asks, either reports changes."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request
from starlette.responses import Response
from uuid_utils.compat import uuid7

from ieum.api.agency.representations import ReferralStanding
from ieum.api.agency.submit import submit
from ieum.api.agency.views import standing_answer
from ieum.api.api_context import InContext
from ieum.api.docs.examples import (
    ABANDONMENTS,
    ASKS,
    CONFIRMATIONS,
    DECISIONS,
    ELIGIBILITY_CHANGES,
    REPETITIONS,
)
from ieum.api.docs.route_description import ORDERING, posts
from ieum.api.problems import http_kinds, referral_kinds
from ieum.api.problems.assessment_kinds import CONFIRMATION
from ieum.application import commands
from ieum.application.command import Command
from ieum.casework.ask_orders import ASK_ORDER, AskOrder
from ieum.casework.decision_orders import DECISION_ORDER, DecisionOrder
from ieum.casework.inquiry_orders import CONFIRMATION_ORDER, ConfirmationOrder
from ieum.casework.not_taken_in import ABANDONMENT, REPETITION, Abandonment, Repetition
from ieum.casework.orders import ELIGIBILITY_CHANGE
from ieum_contracts.eligibility import EligibilityChanged

router = APIRouter(tags=["referrals"])

_TELLING = (http_kinds.NOT_FOUND, referral_kinds.MOVE, *ORDERING)
_CONFIRMING = (*_TELLING, http_kinds.OWNER, CONFIRMATION)
_ABANDONING = (*_TELLING, http_kinds.OWNER, referral_kinds.REASON)
_ASKING = (
    *_TELLING,
    http_kinds.OWNER,
    referral_kinds.ASK_OPEN,
    referral_kinds.REASON,
    referral_kinds.ARTEFACT,
)
_DECIDING = (
    *_TELLING,
    http_kinds.OWNER,
    referral_kinds.ANSWERS,
    referral_kinds.REASON,
    referral_kinds.OUTCOME,
    referral_kinds.CASE,
    CONFIRMATION,
)

ReferralId = Annotated[UUID, Path(description="The referral's id.")]


@router.post(
    "/v1/referrals/{referral}/decisions",
    **posts("decideReferral", "DecisionOrder", DECISIONS, ReferralStanding, *_DECIDING, versioned=True),
)
async def decide(request: Request, context: InContext, referral: ReferralId) -> Response:
    """Decide, as the recipient's worker. What is the system's or a clock's to decide is refused with 409."""

    def command(order: DecisionOrder) -> Command:
        return commands.decide(referral, order, context.handler.view, uuid7(), standing_answer)

    return await submit(request, context, DECISION_ORDER, command)


@router.post(
    "/v1/referrals/{referral}/asks",
    **posts("askRecipient", "AskOrder", ASKS, ReferralStanding, *_ASKING, versioned=True),
)
async def ask(request: Request, context: InContext, referral: ReferralId) -> Response:
    """Ask, as the sender's worker; the ask stands in `open_asks` until the recipient settles it."""

    def command(order: AskOrder) -> Command:
        return commands.ask(referral, order, uuid7(), standing_answer)

    return await submit(request, context, ASK_ORDER, command)


@router.post(
    "/v1/referrals/{referral}/confirmations",
    **posts(
        "confirmAssessment",
        "ConfirmationOrder",
        CONFIRMATIONS,
        ReferralStanding,
        *_CONFIRMING,
        versioned=True,
    ),
)
async def confirm(request: Request, context: InContext, referral: ReferralId) -> Response:
    """Say what a person at the recipient found of the assessment, with the reason (PIPA 37-2)."""

    def command(order: ConfirmationOrder) -> Command:
        return commands.confirm(referral, order, standing_answer)

    return await submit(request, context, CONFIRMATION_ORDER, command)


@router.post(
    "/v1/referrals/{referral}/abandon",
    **posts("abandonReferral", "Abandonment", ABANDONMENTS, ReferralStanding, *_ABANDONING, versioned=True),
)
async def abandon(request: Request, context: InContext, referral: ReferralId) -> Response:
    """Give a referral up, as the sender's supervisor, when nobody will answer it any more.

    The client may be referred again. Nothing is said to the recipient, and what it answers after all counts.
    """

    def command(order: Abandonment) -> Command:
        return commands.abandon(referral, order, standing_answer)

    return await submit(request, context, ABANDONMENT, command)


@router.post(
    "/v1/referrals/{referral}/repeats",
    **posts("repeatDecisions", "Repetition", REPETITIONS, ReferralStanding, *_TELLING, versioned=True),
)
async def repeat(request: Request, context: InContext, referral: ReferralId) -> Response:
    """Say the decisions in `not_taken_in` again, as the recipient: the sender's copy stands before them."""

    def command(_: Repetition) -> Command:
        return commands.repeat(referral, standing_answer)

    return await submit(request, context, REPETITION, command)


@router.post(
    "/v1/referrals/{referral}/eligibility-changes",
    **posts(
        "tellEligibilityChange",
        "EligibilityChanged",
        ELIGIBILITY_CHANGES,
        ReferralStanding,
        *_TELLING,
        versioned=True,
    ),
)
async def change_eligibility(request: Request, context: InContext, referral: ReferralId) -> Response:
    """Tell the other agency of this referral that the client's standing with a programme has changed.

    Conflicts need not be listed. A change that rules something out is told to the other partners as well with
    whom a referral of the journey is under way here.
    """

    def command(order: EligibilityChanged) -> Command:
        return commands.change_eligibility(referral, order, uuid7(), standing_answer)

    return await submit(request, context, ELIGIBILITY_CHANGE, command)
