"""From an order to an answer: what casework makes of it is written and said in one transaction."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from ieum.api.agency.views import standing
from ieum.api.api_context import ApiContext
from ieum.api.http.idempotency import answer_of, replayed, response_of
from ieum.api.http.request_body import refuse_out_of_time
from ieum.api.http.responses import check_version, etag, json_answer
from ieum.api.http.unit_of_work import read_command
from ieum.api.problems import http_kinds
from ieum.api.problems.delivery_kinds import unsayable
from ieum.api.problems.referral_kinds import refused
from ieum.api.problems.response import Problem
from ieum.application.command import Command, CommandResult
from ieum.application.loading import Loaded, Requirements
from ieum.casework.values import Change, Referral, Refusal
from ieum.delivery.failures import DATABASE_RETRYABLE
from ieum.delivery.sending.outbox import Cause, StreamBlocked
from ieum.errors import Transient
from ieum.storage.idempotency_rows import StoredAnswer
from ieum_contracts.header import passed_on

Content = TypeVar("Content")


async def order(
    request: Request,
    context: ApiContext,
    contract: TypeAdapter[Content],
    needs: Callable[[Content], Requirements],
    work: Callable[[Loaded, Content, datetime], tuple[Change, Response]],
) -> Response:
    """Have an order served once; `work` is pure, and raises Problem for what is refused."""
    content, idempotency_key = await read_command(request, contract)

    def serve(found: Loaded, now: datetime) -> CommandResult:
        refuse_out_of_time(content, now)
        change, response = work(found, content, now)
        return CommandResult(change, answer_of(response))

    try:
        served = await context.batcher.serve(Command(needs(content), serve, _cause(request), idempotency_key))
    except StreamBlocked as stopped:
        raise unsayable(stopped, context.delivery.me) from stopped
    except (*DATABASE_RETRYABLE, Transient):
        raise Problem(http_kinds.UNAVAILABLE) from None
    context.wake()
    return (
        replayed(served, idempotency_key) if isinstance(served, StoredAnswer) else response_of(served.answer)
    )


async def move(  # noqa: PLR0913, PLR0917 - whose order, on what, of which kind, and how it is carried out
    request: Request,
    context: ApiContext,
    referral: UUID,
    contract: TypeAdapter[Content],
    needs: Callable[[Content], Requirements],
    command: Callable[[Referral, Loaded, Content, datetime], Change | Refusal],
) -> Response:
    """Have a decision, an ask or news about one referral served; the answer says where it stands now."""

    def work(found: Loaded, content: Content, now: datetime) -> tuple[Change, Response]:
        known = found.known.referrals.get(referral)
        if known is None:
            raise Problem(http_kinds.NOT_FOUND)
        check_version(request, known.version)
        change = allowed(command(known, found, content, now))
        after = moved(change)
        return change, json_answer(standing(after), headers={"etag": etag(after.version)})

    return await order(request, context, contract, needs, work)


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
    traces = request.headers.getlist("traceparent")
    return Cause(str(request.scope["ieum.request"]), passed_on(traces[0]) if len(traces) == 1 else None)
