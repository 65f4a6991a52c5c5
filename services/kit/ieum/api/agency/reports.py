"""Reports of the agency's own referrals: what could not be had, and how long answers take; counts alone."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from ieum.api.agency.flow_views import FLOW_COLUMNS, FlowReport, edges_of, flow_rows
from ieum.api.agency.gaps_views import GAPS_COLUMNS, Definition, GapsReport, gaps_rows, months_of
from ieum.api.agency.report_words import FLOW_WORDS, GAPS_WORDS
from ieum.api.api_context import ApiContext, InContext
from ieum.api.docs.route_description import gives_table
from ieum.api.http.csv_answer import Format, csv_answer, wants_csv
from ieum.api.http.responses import json_answer
from ieum.api.http.unit_of_work import reading
from ieum.api.problems import http_kinds
from ieum.api.problems.field_errors import FieldError
from ieum.api.problems.http_kinds import Text
from ieum.api.problems.response import Problem
from ieum.casework.report_period import MONTH_PATTERN, BadPeriod, Period, month_text, period_of
from ieum.casework.small_counts import SMALL_BELOW
from ieum.storage.flow_rows import measure_flow
from ieum.storage.unmet_rows import count_unmet

router = APIRouter(tags=["reports"])

First = Annotated[
    str | None,
    Query(
        alias="from",
        pattern=MONTH_PATTERN,
        description="First month, 2026-07; by default eleven before `to`.",
    ),
]
Last = Annotated[
    str | None,
    Query(alias="to", pattern=MONTH_PATTERN, description="Last month; by default the running one."),
]
Form = Annotated[
    Format | None, Query(alias="format", description="How to give it; by default as Accept prefers.")
]


@router.get("/v1/reports/gaps", **gives_table("reportGaps", GapsReport))
async def report_gaps(
    request: Request, context: InContext, first: First = None, last: Last = None, form: Form = None
) -> Response:
    """Report what was asked for and could not be had, by programme, reason and month."""
    period, now = _period(context, first, last), context.delivery.now()
    peers = context.delivery.peers
    async with reading(context.delivery.database) as connection:
        counts = await count_unmet(connection, period, now)
        await peers.load_numbers(connection, (each.peer for each in counts if not each.recipient))
    months = list(months_of(counts, context.delivery.me, peers, now))
    begins, ends = month_text(period.first), month_text(period.last)
    if wants_csv(request, form):
        return csv_answer(f"gaps-{begins}-{ends}", GAPS_COLUMNS, gaps_rows(months))
    return json_answer(
        GapsReport(
            first_month=begins,
            last_month=ends,
            small_below=SMALL_BELOW,
            definitions=_definitions(GAPS_WORDS),
            months=months,
        )
    )


@router.get("/v1/reports/flow", **gives_table("reportFlow", FlowReport))
async def report_flow(
    request: Request, context: InContext, first: First = None, last: Last = None, form: Form = None
) -> Response:
    """Report how long answers take, from agency to agency and by month: P50 and P90, never a mean."""
    period, now = _period(context, first, last), context.delivery.now()
    peers = context.delivery.peers
    async with reading(context.delivery.database) as connection:
        flows = await measure_flow(connection, period)
        await peers.load_numbers(connection, (each.peer for each in flows))
    edges = list(edges_of(flows, context.delivery.me, peers, now))
    begins, ends = month_text(period.first), month_text(period.last)
    if wants_csv(request, form):
        return csv_answer(f"flow-{begins}-{ends}", FLOW_COLUMNS, flow_rows(edges))
    return json_answer(
        FlowReport(
            first_month=begins,
            last_month=ends,
            small_below=SMALL_BELOW,
            definitions=_definitions(FLOW_WORDS),
            edges=edges,
        )
    )


def _period(context: ApiContext, first: str | None, last: str | None) -> Period:
    period = period_of(first, last, context.delivery.now())
    if isinstance(period, BadPeriod):
        parameter = "to" if first is None else "from"
        raise Problem(http_kinds.QUERY, {"errors": [FieldError("query", parameter, period)]})
    return period


def _definitions(words: Mapping[str, Text]) -> list[Definition]:
    return [Definition(word=word, ko=text.ko, en=text.en) for word, text in words.items()]
