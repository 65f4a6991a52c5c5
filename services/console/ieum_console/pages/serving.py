"""The server of the pages: the window on its address, with its database, until a signal ends it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from ieum.api.http.server import server
from ieum.casework.business_days import BusinessCalendar
from ieum.centre.centre_file import Centre
from ieum.storage.database import Database
from ieum_console.database import open_console_database
from ieum_console.pages.application import LIVE, alive
from ieum_console.pages.console_measures import ConsoleMeasures
from ieum_console.pages.metrics_endpoint import MetricsEndpoint
from ieum_console.pages.web_settings import WebSettings
from ieum_console.pages.window import agency_names, console_window
from ieum_console.settings import ConsoleSettings

CONNECTIONS_MAX = 16
NOBODY_SIGNS_IN = """\
아직 로그인할 수 없습니다. 운영자가 로그인하는 곳(OIDC issuer)을 IEUM_OIDC_ISSUER에 적고 다시 시작하십시오.
Nobody can sign in yet. Name the OIDC issuer of the operators in IEUM_OIDC_ISSUER, and start again.
"""


async def serve_pages(
    settings: ConsoleSettings,
    web: WebSettings,
    centre: Centre,
    calendar: BusinessCalendar,
    measures: ConsoleMeasures,
) -> None:
    """Serve the console's pages, and its metrics."""
    async with _database(settings, measures) as database:
        window = console_window(web, database, agency_names(centre), calendar)
        await _serve(window, settings, database, measures)


async def serve_without_pages(settings: ConsoleSettings, measures: ConsoleMeasures) -> None:
    """Serve the metrics, and what says that nobody can sign in yet."""
    async with _database(settings, measures) as database:
        await _serve(application_without_pages(), settings, database, measures)


def application_without_pages() -> Starlette:
    """Make an application that is alive, and says on every page what has to be set."""
    return Starlette(routes=[Route(LIVE, alive), Route("/{path:path}", _nobody_signs_in)])


async def _nobody_signs_in(_request: Request) -> Response:
    return PlainTextResponse(NOBODY_SIGNS_IN, HTTPStatus.SERVICE_UNAVAILABLE)


@asynccontextmanager
async def _database(settings: ConsoleSettings, measures: ConsoleMeasures) -> AsyncIterator[Database]:
    database = await open_console_database(settings, CONNECTIONS_MAX, measures.process.waited("pages"))
    try:
        yield database
    finally:
        await database.close()


async def _serve(
    app: ASGIApp, settings: ConsoleSettings, database: Database, measures: ConsoleMeasures
) -> None:
    endpoint = MetricsEndpoint(app, settings, database, measures)
    await server(endpoint, settings.http_host, settings.http_port).serve()
