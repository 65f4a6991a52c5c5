"""The server of the pages: the window on its address, with its database, until a signal ends it."""

from ieum.api.http.server import server
from ieum.casework.business_days import BusinessCalendar
from ieum.centre.centre_file import Centre
from ieum_console.database import open_console_database
from ieum_console.pages.web_settings import WebSettings
from ieum_console.pages.window import agency_names, agency_programmes, console_window
from ieum_console.settings import ConsoleSettings

CONNECTIONS_MAX = 16


async def serve_pages(
    settings: ConsoleSettings, web: WebSettings, centre: Centre, calendar: BusinessCalendar
) -> None:
    """Serve the console's pages."""
    database = await open_console_database(settings, CONNECTIONS_MAX)
    try:
        names, programmes = agency_names(centre), agency_programmes(centre)
        app = console_window(web, database, names, calendar, programmes=programmes)
        await server(app, settings.http_host, settings.http_port).serve()
    finally:
        await database.close()
