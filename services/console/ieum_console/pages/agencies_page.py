"""Agencies and edges: who is there, how far each has read, how long the rest takes; testing an API."""

from http import HTTPStatus

import httpx
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from ieum.api.http.csv_answer import csv_answer
from ieum.web.form_body import read_form
from ieum.web.url_state import address
from ieum_console.pages.page_call import PageCall
from ieum_console.projection.agencies import read_agencies, read_edges

ANSWER_SECONDS_MAX = 3.0
ANSWERS = ("ready", "not-ready", "away", "unknown")
CSV_COLUMNS = (
    *("source", "recipient", "records", "last_said_at", "heads_at", "unread"),
    *("oldest_unread_at", "open_referrals"),
)


async def agencies(call: PageCall) -> Response:
    """Show every agency, and the matrix of edges."""
    tested, answer = call.asked("tested"), call.asked("answer")
    return call.page(
        "agencies.html",
        agencies=await read_agencies(call.connection, call.now),
        edges=await read_edges(call.connection),
        apis=call.console.apis,
        tested=tested if answer in ANSWERS and tested in call.console.agencies else None,
        answer=answer,
    )


async def edges_csv(call: PageCall) -> Response:
    """Give the edges as a file."""
    await call.note("edges.download")
    edges = await read_edges(call.connection)
    return csv_answer("edges", CSV_COLUMNS, ([getattr(each, name) for name in CSV_COLUMNS] for each in edges))


async def try_connection(call: PageCall) -> Response:
    """Ask an agency's API whether it is ready, and show the answer on the page."""
    agency = (await read_form(call.request)).get("agency", "")
    if agency not in call.console.agencies:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    await call.note("agency.test", target=agency)
    answer = await _asked(call.console.apis.get(agency))
    where = address("/agencies", {}, tested=agency, answer=answer)
    return RedirectResponse(where, HTTPStatus.SEE_OTHER)


async def _asked(url: str | None) -> str:
    if url is None:
        return "unknown"
    async with httpx.AsyncClient(timeout=ANSWER_SECONDS_MAX, trust_env=False) as client:
        try:
            answer = await client.get(f"{url}/health/ready")
        except httpx.HTTPError:
            return "away"
    return "ready" if answer.status_code == HTTPStatus.OK else "not-ready"
