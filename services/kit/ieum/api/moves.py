"""What is ordered of a referral that exists: the recipient decides, the sender asks, either tells news."""

from typing import Annotated
from uuid import UUID

from asyncpg import Connection
from fastapi import APIRouter, Path, Request
from starlette.responses import Response
from uuid_utils.compat import uuid7

from ieum.api.documents import posts
from ieum.api.examples import ASKS, DECISIONS, ELIGIBILITY_CHANGES
from ieum.api.office import InOffice
from ieum.api.orders import move
from ieum.api.views import ReferralStanding
from ieum.casework.ask_orders import ASK_ORDER, AskOrder
from ieum.casework.decision_orders import DECISION_ORDER, DecisionOrder
from ieum.casework.known import Known
from ieum.casework.orders import ELIGIBILITY_CHANGE
from ieum.casework.values import Change, Refusal
from ieum.storage import commands
from ieum_contracts.eligibility import EligibilityChanged

router = APIRouter(tags=["referrals"])

ReferralId = Annotated[UUID, Path(description="The referral's id.")]


@router.post(
    "/v1/referrals/{referral}/decisions",
    **posts("DecisionOrder", DECISIONS, ReferralStanding, versioned=True),
)
async def decide(request: Request, office: InOffice, referral: ReferralId) -> Response:
    """Decide, as the recipient's worker. What is the system's or a clock's to decide is refused with 409."""

    async def command(connection: Connection, known: Known, order: DecisionOrder) -> Change | Refusal:
        now = office.here.clock()
        return await commands.decide(office.desk, connection, known, order, now, uuid7())

    return await move(request, office, referral, DECISION_ORDER, command)


@router.post("/v1/referrals/{referral}/asks", **posts("AskOrder", ASKS, ReferralStanding, versioned=True))
async def ask(request: Request, office: InOffice, referral: ReferralId) -> Response:
    """Ask, as the sender's worker; the ask stands in `open_asks` until the recipient settles it."""

    async def command(connection: Connection, known: Known, order: AskOrder) -> Change | Refusal:
        return await commands.ask(office.desk, connection, known, order, office.here.clock(), uuid7())

    return await move(request, office, referral, ASK_ORDER, command)


@router.post(
    "/v1/referrals/{referral}/eligibility-changes",
    **posts("EligibilityChanged", ELIGIBILITY_CHANGES, ReferralStanding, versioned=True),
)
async def change_eligibility(request: Request, office: InOffice, referral: ReferralId) -> Response:
    """Tell the other agency of this referral that the client's standing with a programme has changed."""

    async def command(connection: Connection, known: Known, order: EligibilityChanged) -> Change | Refusal:
        return await commands.change_eligibility(office.desk, connection, known, order, office.here.clock())

    return await move(request, office, referral, ELIGIBILITY_CHANGE, command)
