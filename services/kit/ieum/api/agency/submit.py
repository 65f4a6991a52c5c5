"""From a POST to its answer: read the command, submit it once, and report a refusal as a problem."""

from collections.abc import Callable
from typing import TypeVar

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from ieum.access.access_log import current_visit, note_shown
from ieum.api.api_context import ApiContext
from ieum.api.http.idempotency import replayed
from ieum.api.http.request_body import read_command
from ieum.api.http.responses import response_of, wanted_versions
from ieum.api.problems import http_kinds
from ieum.api.problems.delivery_kinds import unsayable
from ieum.api.problems.refused import refused
from ieum.api.problems.response import Problem
from ieum.application.command import Command, Submission
from ieum.casework.refusals import Guard, Refusal
from ieum.delivery.failures import DATABASE_RETRYABLE
from ieum.delivery.sending.outbox import Cause, StreamBlocked
from ieum.errors import Transient
from ieum.storage.idempotency_rows import StoredAnswer
from ieum_contracts.header_values import passed_on
from ieum_contracts.model import Model

Content = TypeVar("Content", bound=Model)


async def submit(
    request: Request,
    context: ApiContext,
    contract: TypeAdapter[Content],
    command: Callable[[Content], Command],
) -> Response:
    """Submit a command once, and answer after its commit; raises Problem for a refusal."""
    route = {"http.route": request.scope["route"].path}
    span = context.delivery.tracer.start("order", _trace(request), route, kind="server")
    outcome = "failed"
    try:
        answer = await _submitted(
            request, context, contract, command, Cause(str(request.scope["ieum.request"]), span.traceparent)
        )
        outcome = "committed"
    except Problem as problem:
        outcome = problem.kind.name
        raise
    finally:
        span.end(outcome)
    return answer


async def _submitted(
    request: Request,
    context: ApiContext,
    contract: TypeAdapter[Content],
    command: Callable[[Content], Command],
    cause: Cause,
) -> Response:
    content, idempotency_key = await read_command(request, contract)
    visit = current_visit()
    note_shown(getattr(content, "client_ref", None))
    submission = Submission(
        *(command(content), cause, idempotency_key, wanted_versions(request), content),
        accessed=None if visit is None else visit.row,
    )
    try:
        done = await context.batcher.serve(submission)
    except StreamBlocked as blocked:
        raise unsayable(blocked, context.delivery.me) from blocked
    except (*DATABASE_RETRYABLE, Transient):
        raise Problem(http_kinds.UNAVAILABLE) from None
    match done:
        case Refusal(guard=Guard.PROGRAMME) if not context.catalogued.is_set():
            raise Problem(http_kinds.UNAVAILABLE)  # it may be published: the catalogue is not read yet
        case Refusal():
            raise refused(done)
        case StoredAnswer():
            return replayed(done, idempotency_key)
    if visit is not None:
        visit.kept = True
    context.wake()
    return response_of(done.answer)


def _trace(request: Request) -> str | None:
    traces = request.headers.getlist("traceparent")
    return passed_on(traces[0]) if len(traces) == 1 else None
