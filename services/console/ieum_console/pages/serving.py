"""The server of the pages: the window on its address, with its database, until a signal ends it."""

from ieum.api.http.server import server
from ieum.casework.business_days import BusinessCalendar
from ieum.centre.centre_file import Centre
from ieum_console.database import open_console_database
from ieum_console.pages.console_measures import ConsoleMeasures
from ieum_console.pages.metrics_endpoint import MetricsEndpoint
from ieum_console.pages.web_settings import WebSettings
from ieum_console.pages.window import agency_names, console_window
from ieum_console.settings import ConsoleSettings

CONNECTIONS_MAX = 16


async def serve_pages(
    settings: ConsoleSettings,
    web: WebSettings,
    centre: Centre,
    calendar: BusinessCalendar,
    measures: ConsoleMeasures,
) -> None:
    """Serve the console's pages, and its metrics."""
    database = await open_console_database(settings, CONNECTIONS_MAX, measures.process.waited("pages"))
    try:
        window = console_window(web, database, agency_names(centre), calendar)
        app = MetricsEndpoint(window, settings, database, measures)
        await server(app, settings.http_host, settings.http_port).serve()
    finally:
        await database.close()
