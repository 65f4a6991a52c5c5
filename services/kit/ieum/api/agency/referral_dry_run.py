"""What an order for a referral would come to, answered to `Prefer: dry-run`; nothing is written."""

from collections.abc import Callable
from typing import TypeVar

from pydantic import TypeAdapter
from pydantic_core import from_json
from starlette.requests import Request
from starlette.responses import Response

from ieum.access.access_log import note_shown
from ieum.api.agency.foreseen import (
    AdviceForeseen,
    AdviceSource,
    EventForeseen,
    ItemsForeseen,
    ReferralDryRun,
)
from ieum.api.agency.views import warning_view
from ieum.api.api_context import ApiContext
from ieum.api.docs.problem_schema import ProblemDocument
from ieum.api.http.request_body import identifiers_in, parse, read_body
from ieum.api.http.responses import DRY_RUN_APPLIED, json_answer
from ieum.api.http.unit_of_work import reading
from ieum.api.problems import http_kinds
from ieum.api.problems.delivery_kinds import unsayable
from ieum.api.problems.http_kinds import Text
from ieum.api.problems.refused import refused
from ieum.api.problems.response import Problem, document_of, preferred_language
from ieum.application.trying_out import TriedOut, try_out
from ieum.casework.orders import ReferralOrder
from ieum.casework.refusals import Guard, Refusal
from ieum_contracts.address import Address
from ieum_contracts.catalogue import type_of
from ieum_contracts.eligibility import ProgrammeAssessed
from ieum_contracts.message import Say
from ieum_contracts.model import Model
from ieum_contracts.programme import ProgrammePublished

Content = TypeVar("Content", bound=Model)


async def answer_dry_run(
    request: Request,
    context: ApiContext,
    contract: TypeAdapter[Content],
    order_of: Callable[[Content], ReferralOrder | Refusal],
) -> Response:
    """Answer what the order in a request would come to; no Idempotency-Key is read or kept.

    `order_of` makes the order for a referral of what was posted. Where that is refused, so is the dry run.
    """
    body = await read_body(request)
    order = order_of(parse(contract, body))
    if isinstance(order, Refusal):
        raise refused(order)
    note_shown(order.client_ref)
    async with (
        reading(context.delivery.database) as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        tried = await try_out(connection, context.delivery, context.handler, order)
    problems = _problems(context, tried, identifiers_in(body))
    to = Address(context.delivery.me.centre, order.recipient)
    programme = context.handler.view.published.get((to, order.programme))
    foreseen = ReferralDryRun(
        dry_run=True,
        would_be_sent=not problems,
        refusals=[_document(request, each) for each in problems],
        says=[] if problems else [_event(each) for each in tried.outcome.says],
        recipient_says=[_event(each) for each in tried.outcome.answers],
        room=context.handler.view.capacities.get((to, order.programme)),
        eligibility=_advice(tried.cited, programme),
        items=ItemsForeseen.model_validate(tried.outcome.items, from_attributes=True),
        warnings=[warning_view(each) for each in tried.outcome.warnings],
    )
    return json_answer(foreseen, headers=DRY_RUN_APPLIED)


def _problems(context: ApiContext, tried: TriedOut, identifiers: Problem | None) -> list[Problem]:
    """Return what stands in the way, in the order in which the order itself would meet it."""
    unpublished = any(each.guard is Guard.PROGRAMME for each in tried.outcome.refusals)
    if unpublished and not context.catalogued.is_set():
        raise Problem(http_kinds.UNAVAILABLE)  # it may be published: the catalogue is not read yet
    problems = [] if identifiers is None else [identifiers]
    problems += [refused(each) for each in tried.outcome.refusals]
    if tried.blocked is not None:
        problems.append(unsayable(tried.blocked, context.delivery.me))
    return problems


def _document(request: Request, problem: Problem) -> ProblemDocument:
    language = preferred_language(", ".join(request.headers.getlist("accept-language")))
    return ProblemDocument.model_validate(document_of(problem, language, request.scope.get("ieum.request")))


def _event(foreseen: Say) -> EventForeseen:
    written = foreseen.body.model_dump_json(exclude={"sealed"}, exclude_none=True)
    return EventForeseen(type=type_of(foreseen.body), to=str(foreseen.to), data=from_json(written))


def _advice(cited: ProgrammeAssessed | None, programme: ProgrammePublished | None) -> AdviceForeseen:
    if cited is not None:
        return AdviceForeseen(
            source=AdviceSource.CITED,
            likelihood=cited.likelihood,
            as_of=cited.as_of,
            rule_set=cited.rule_set,
            how_ko=_CITED.ko,
            how_en=_CITED.en,
        )
    source = AdviceSource.ON_RECEIPT if programme is not None and programme.rules else AdviceSource.NO_RULES
    how = _ON_RECEIPT if source is AdviceSource.ON_RECEIPT else _NO_RULES
    return AdviceForeseen(source=source, how_ko=how.ko, how_en=how.en)


_CITED = Text(
    "의뢰에 적은 사전진단(`assessment`)의 결과입니다. 접수기관은 접수할 때 다시 진단합니다.",
    "By the assessment that the order cites (`assessment`). The recipient assesses again on receipt.",
)
_ON_RECEIPT = Text(
    "인용한 사전진단이 없습니다. `POST /v1/inquiries`로 먼저 묻고 그 답이나 이 이용자의 이전 진단을 "
    "`assessment`에 적거나, 접수기관이 접수할 때 하는 진단을 기다리십시오.",
    "No assessment is cited. Ask first by `POST /v1/inquiries` and cite the answer in `assessment`, or an "
    "earlier one of this client, or wait for the one that the recipient makes on receipt.",
)
_NO_RULES = Text(
    "이 프로그램에는 공고된 규칙이 없어 미리 진단할 수 없습니다. 접수기관에 직접 물어보십시오.",
    "The programme has no published rules, so nothing can be assessed beforehand. Ask the recipient.",
)
