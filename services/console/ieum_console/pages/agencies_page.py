"""Agencies and edges: who is there, how far each has read, how long the rest takes; asking an API."""

import re
from datetime import datetime
from http import HTTPStatus

import httpx
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from ieum.api.http.csv_answer import csv_answer
from ieum.web.form_body import read_form
from ieum.web.url_state import address
from ieum_console.notes.agency_looks import AgencyLook, read_looks, write_look
from ieum_console.pages.page_call import PageCall
from ieum_console.projection.agencies import read_agencies, read_edges

ANSWER_SECONDS_MAX = 3.0
METRICS_BYTES_MAX = 1024 * 1024
OUTBOX = re.compile(r'^ieum_rows_waiting\{table="outbox"\} ([0-9.e+]{1,20})$', re.MULTILINE)
"""As the instance that relays counts it; the others say nothing."""
VERSION = re.compile(r'^ieum_build_info\{version="([0-9A-Za-z.+-]{1,40})"\} 1', re.MULTILINE)
RELAYS = re.compile(r"^ieum_relay_leads ([01])(?:\.0)?$", re.MULTILINE)
CSV_COLUMNS = (
    *("source", "recipient", "records", "last_said_at", "heads_at", "unread"),
    *("cut", "oldest_unread_at", "open_referrals"),
)


async def agencies(call: PageCall) -> Response:
    """Show every agency, and the matrix of edges."""
    looks, tested = await read_looks(call.connection), call.asked("tested")
    return call.page(
        "agencies.html",
        agencies=await read_agencies(call.connection, call.now),
        edges=await read_edges(call.connection),
        apis=call.console.apis,
        looks=looks,
        tested=tested if tested in call.console.agencies else None,
    )


async def edges_csv(call: PageCall) -> Response:
    """Give the edges as a file."""
    await call.note("edges.download")
    edges = await read_edges(call.connection)
    return csv_answer("edges", CSV_COLUMNS, ([getattr(each, name) for name in CSV_COLUMNS] for each in edges))


async def try_connection(call: PageCall) -> Response:
    """Ask an agency's API whether it is ready and what waits in its outbox, and keep the answer for all."""
    agency = (await read_form(call.request)).get("agency", "")
    if agency not in call.console.agencies:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    await call.note("agency.test", target=agency)
    url = call.console.apis.get(agency)
    if url is not None:
        await write_look(call.connection, await _asked(url, call.person.token, agency, call.now))
    return RedirectResponse(address("/agencies", {}, tested=agency), HTTPStatus.SEE_OTHER)


async def _asked(url: str, token: str, agency: str, now: datetime) -> AgencyLook:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    async with httpx.AsyncClient(timeout=ANSWER_SECONDS_MAX, trust_env=False) as client:
        try:
            health = await client.get(f"{url}/health/ready")
            metrics = await client.get(f"{url}/metrics", headers=headers)
        except httpx.HTTPError:
            return AgencyLook(agency, "away", now)
    text = metrics.text if metrics.is_success and len(metrics.content) <= METRICS_BYTES_MAX else ""
    return look_of(agency, now, text, ready=health.status_code == HTTPStatus.OK)


def look_of(agency: str, now: datetime, metrics: str, *, ready: bool) -> AgencyLook:
    """Read what a service that answered says of itself; `metrics` may be empty, or of an older version."""
    outbox, version, relays = OUTBOX.search(metrics), VERSION.search(metrics), RELAYS.search(metrics)
    return AgencyLook(
        agency,
        "ready" if ready else "not-ready",
        now,
        outbox_rows=None if outbox is None else int(float(outbox[1])),
        version=None if version is None else version[1],
        relays=None if relays is None else relays[1] == "1",
    )
