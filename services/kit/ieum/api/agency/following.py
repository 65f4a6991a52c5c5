"""Going on from a referral that has ended: its recipient's suggestion becomes a new one in one call."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request
from starlette.responses import Response
from uuid_utils.compat import uuid7

from ieum.api.agency.foreseen import ReferralDryRun
from ieum.api.agency.referral_dry_run import answer_dry_run
from ieum.api.agency.representations import ReferralCreated
from ieum.api.agency.submit import submit
from ieum.api.agency.views import created_answer
from ieum.api.api_context import ApiContext, InContext
from ieum.api.docs.examples import FOLLOWINGS
from ieum.api.docs.route_description import ORDERING, posts
from ieum.api.http.responses import prefers_dry_run
from ieum.api.http.unit_of_work import reading
from ieum.api.problems import http_kinds, referral_kinds
from ieum.api.problems.assessment_kinds import ASSESSMENT
from ieum.application import commands
from ieum.application.command import Command
from ieum.casework.follow_order import FOLLOW_ORDER, FollowOrder
from ieum.casework.follow_suggestion import order_to_follow
from ieum.casework.orders import ReferralOrder
from ieum.casework.refusals import Refusal
from ieum.casework.sending import NewIds
from ieum.casework.values import Referral
from ieum.storage.reading import read_referral
from ieum.storage.suggestion_rows import read_suggestion
from ieum_contracts.decisions import Suggestion

_FOLLOWING = (
    http_kinds.NOT_FOUND,
    http_kinds.OWNER,
    referral_kinds.MOVE,
    referral_kinds.DUPLICATE,
    referral_kinds.LOOP,
    referral_kinds.BASIS,
    referral_kinds.PROGRAMME,
    referral_kinds.JOURNEY,
    ASSESSMENT,
    *ORDERING,
)

router = APIRouter(tags=["referrals"])


@router.post(
    "/v1/referrals/{referral}/follow",
    **posts(
        "followReferral",
        "FollowOrder",
        FOLLOWINGS,
        ReferralCreated,
        *_FOLLOWING,
        status=201,
        tried=ReferralDryRun,
    ),
)
async def follow(
    request: Request,
    context: InContext,
    referral: Annotated[UUID, Path(description="The referral that has ended.")],
) -> Response:
    """Refer the client onward, as the sender of a referral that has ended.

    Goes where its recipient suggested, unless the order names another place. Details are used again as far
    as the new programme asks for them and the new consent names them; consent or a legal basis is given anew.
    With `Prefer: dry-run` it is answered what the order would come to.
    """
    followed, suggested = await _read(context, referral)
    view = context.handler.view
    if prefers_dry_run(request):

        def order_of(order: FollowOrder) -> ReferralOrder | Refusal:
            return order_to_follow(followed, suggested, order, view)

        return await answer_dry_run(request, context, FOLLOW_ORDER, order_of)
    ids = NewIds(uuid7(), uuid7())

    def command(order: FollowOrder) -> Command:
        return commands.follow(followed, suggested, order, view, ids=ids, render=created_answer)

    return await submit(request, context, FOLLOW_ORDER, command)


async def _read(context: ApiContext, referral: UUID) -> tuple[Referral | None, Suggestion | None]:
    peers = context.delivery.peers
    async with reading(context.delivery.database) as connection:
        found = await read_referral(connection, peers, referral)
        return found, None if found is None else await read_suggestion(connection, peers, found)
