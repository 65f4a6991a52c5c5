"""Every page of the console, asked of the application itself: what it takes to make one."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from uuid import UUID

import httpx
from starlette.types import ASGIApp

from ieum.agency import Names
from ieum.casework.business_days import WEEKDAYS
from ieum.storage.database import Database
from ieum.web.sign_in import Cookies
from ieum.web.web_sessions import Person, open_session
from ieum_console.pages.played_day import days_to_play
from ieum_console.pages.web_settings import WebSettings
from ieum_console.pages.window import console_window

AGENCY = "employment-center"
HOST = "http://console.test"
LIFE = timedelta(hours=8)
PAGES: Mapping[str, Sequence[str]] = {
    "/": ("", "?window=15m", "?window=24h"),
    "/referrals": (
        *("", "?q={short}", "?journey={journey}", f"?agency={AGENCY}", "?state=waitlisted", "?overdue=1"),
        f"?agency={AGENCY}&state=waitlisted",
    ),
    "/referrals/{referral}": ("", "?tab=events", "?tab=delivery", "?tab=audit"),
    "/referrals/{referral}/bundle.json": ("",),
    "/referrals/{referral}/film": ("",),
    "/referrals/{referral}/film.html": ("",),
    "/agencies": ("",),
    "/troubles": ("",),
    "/operations/{operation}": ("",),
    "/assurance": ("",),
    "/drill": ("", f"?agency={AGENCY}&day={{day}}"),
    "/contracts": ("",),
    "/audit": ("", "?actor=operator-7", "?actor=nobody", "?month=2026-03"),
    "/me": ("",),
}
"""By route; files for spreadsheets are no pages, and take as long as they are long."""


async def measure_pages(
    database: Database, samples: Sequence[tuple[UUID, UUID]], operations: Sequence[UUID], rounds: int
) -> dict[str, dict[str, float]]:
    """Ask for every page so many times, each time of another referral; milliseconds by page."""
    settings = WebSettings(console_url=HOST, oidc_issuer=HOST, urls={})
    names = {AGENCY: Names(AGENCY, AGENCY)}
    found, day = {}, days_to_play(WEEKDAYS, datetime.now(UTC))[0]
    async with signed_in_client(database, console_window(settings, database, names)) as client:
        for path, queries in PAGES.items():
            for query in queries:

                async def page(number: int, address: str = path + query) -> None:
                    referral, journey = samples[number % len(samples)]
                    asked = address.format(
                        referral=referral,
                        short=str(referral)[:8],
                        journey=journey,
                        operation=operations[number % len(operations)],
                        day=day,
                    )
                    answer = await client.get(asked)
                    if answer.status_code != HTTPStatus.OK:
                        raise RuntimeError(f"{asked} answers {answer.status_code}.")

                found[path + query] = await times(page, rounds)
    return found


async def times(work: Callable[[int], Awaitable[object]], rounds: int) -> dict[str, float]:
    """Do something again and again; the first time is left out, its statements are planned then."""
    await work(0)
    took = []
    for number in range(1, rounds + 1):
        began = time.perf_counter()
        await work(number)
        took.append((time.perf_counter() - began) * 1e3)
    return quantiles(took)


def quantiles(took: Sequence[float]) -> dict[str, float]:
    """Tell the middle, the 95th percentile and the longest of some times."""
    ordered = sorted(took)
    return {
        "p50": round(ordered[len(ordered) // 2], 1),
        "p95": round(ordered[int(len(ordered) * 0.95)], 1),
        "max": round(ordered[-1], 1),
    }


@asynccontextmanager
async def signed_in_client(database: Database, app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    """Open a client of the application, with a session of somebody who may see everything."""
    cookie = await session_of_everybody(database)
    headers = {"cookie": f"{Cookies(secure=False).session}={cookie}", "accept-language": "ko"}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url=HOST, headers=headers
    ) as client:
        yield client


async def session_of_everybody(database: Database) -> str:
    """Open a session of somebody who may see everything; returns its cookie."""
    now = datetime.now(UTC)
    roles = frozenset({"admin", "operator", "auditor"})
    person = Person("bench", "Bench", roles, None, "", now + LIFE, now)
    async with database.acquire() as connection:
        return await open_session(connection, person, now)
