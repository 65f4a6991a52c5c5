"""From an order to an answer: what casework makes of it is written and said in one transaction."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from ieum.api.problems import http_kinds
from ieum.api.http.responses import check_version, etag, json_answer
from ieum.api.problems.referral_kinds import refused
from ieum.api.http.idempotency import answer_of, replayed, response_of
from ieum.api.api_context import Office
from ieum.api.problems.response import Problem
from ieum.api.problems.delivery_kinds import unsayable
from ieum.api.http.unit_of_work import understood
from ieum.api.agency.views import standing
from ieum.casework.values import Change, Referral, Refusal
from ieum.delivery.failures import DATABASE_AWAY
from ieum.delivery.sending.outbox import Cause, Unsayable
from ieum.errors import Transient
from ieum.storage.idempotency_rows import KeptAnswer
from ieum.application.loading import Found, Needs
from ieum.application.command import Order, Served

Content = TypeVar("Content")

_TRACEPARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


async def order(
    request: Request,
    office: Office,
    contract: TypeAdapter[Content],
    needs: Callable[[Content], Needs],
    work: Callable[[Found, Content, datetime], tuple[Change, Response]],
) -> Response:
    """Have an order served once; `work` is pure, and raises Problem for what is refused."""
    content, ticket = await understood(request, contract)

    def serve(found: Found, now: datetime) -> Served:
        change, response = work(found, content, now)
        return Served(change, answer_of(response))

    try:
        served = await office.counter.serve(Order(needs(content), serve, _cause(request), ticket))
    except Unsayable as stopped:
        raise unsayable(stopped, office.here.me) from stopped
    except (*DATABASE_AWAY, Transient):
        raise Problem(http_kinds.UNAVAILABLE) from None
    office.wake()
    return replayed(served, ticket) if isinstance(served, KeptAnswer) else response_of(served.answer)


async def move(  # noqa: PLR0913, PLR0917 - whose order, on what, of which kind, and how it is carried out
    request: Request,
    office: Office,
    referral: UUID,
    contract: TypeAdapter[Content],
    needs: Callable[[Content], Needs],
    command: Callable[[Referral, Found, Content, datetime], Change | Refusal],
) -> Response:
    """Have a decision, an ask or news about one referral served; the answer says where it stands now."""

    def work(found: Found, content: Content, now: datetime) -> tuple[Change, Response]:
        known = found.known.referrals.get(referral)
        if known is None:
            raise Problem(http_kinds.NOT_FOUND)
        check_version(request, known.version)
        change = allowed(command(known, found, content, now))
        after = moved(change)
        return change, json_answer(standing(after), headers={"etag": etag(after.version)})

    return await order(request, office, contract, needs, work)


def allowed(change: Change | Refusal) -> Change:
    """Give the change; raises Problem for what casework refused."""
    if isinstance(change, Refusal):
        raise refused(change)
    return change


def moved(change: Change) -> Referral:
    """Give the referral that a command changed."""
    if change.referral is None:
        raise LookupError("A command on a referral has to change it.")
    return change.referral


def _cause(request: Request) -> Cause:
    trace = request.headers.get("traceparent", "")
    return Cause(str(request.scope["ieum.request"]), trace if _TRACEPARENT.fullmatch(trace) else None)
