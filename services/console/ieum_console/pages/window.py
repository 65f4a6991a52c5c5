"""The console's window, put together: pages, sign-in and the names of the centre's agencies."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from types import MappingProxyType

from starlette.types import ASGIApp

from ieum.agency import Agency, DeclarationError, Names, Programme, load_agency
from ieum.casework.business_days import WEEKDAYS, BusinessCalendar
from ieum.centre.centre_file import Centre
from ieum.delivery.delivery_context import Connections
from ieum.storage.database import lend
from ieum.web.identity_provider import IdentityProvider, Issuer
from ieum.web.page_renderer import PageRenderer
from ieum.web.sign_in import CALLBACK, Cookies, SignIn
from ieum_console.operations.runner import OperationRunner
from ieum_console.pages import words
from ieum_console.pages.application import console_application
from ieum_console.pages.live_page import as_of_words, status_words
from ieum_console.pages.page_call import Console
from ieum_console.pages.web_settings import WebSettings
from ieum_console.projection.audit import append_audit

SITE_NAME = "이음 Ieum"


def console_window(
    settings: WebSettings,
    database: Connections,
    agencies: Mapping[str, Names],
    calendar: BusinessCalendar = WEEKDAYS,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    *,
    programmes: Mapping[str, Sequence[Programme]] = MappingProxyType({}),
) -> ASGIApp:
    """Make the web application of the console."""
    renderer = PageRenderer(["ieum_console"], site_name=SITE_NAME, words=words, person=None, navigation=())
    runner = OperationRunner(database, settings.urls, clock)
    console = Console(database, renderer, agencies, settings.urls, runner, calendar, clock, programmes)
    renderer.show_everywhere(
        status_words=partial(status_words, console), as_of_words=partial(as_of_words, console)
    )
    issuer = Issuer(
        settings.oidc_issuer,
        settings.oidc_client_id,
        f"{settings.console_url}{CALLBACK}",
        settings.client_secret(),
        settings.oidc_scope,
    )

    async def noted(subject: str, act: str) -> None:
        async with lend(database) as connection, connection.transaction():
            await append_audit(connection, clock(), actor=subject, action=act, target="", reason="")

    cookies = Cookies(settings.console_url.startswith("https://"))
    sign_in = SignIn(database, IdentityProvider(issuer), cookies, clock, noted)
    return console_application(console, sign_in, settings.console_url)


def agency_names(centre: Centre) -> dict[str, Names]:
    """Return the names of the centre's agencies; a foreign one, or one not installed here, by its id."""
    return {agency: _names(agency, centre.packages.get(agency)) for agency in centre.agencies}


def agency_programmes(centre: Centre) -> dict[str, Sequence[Programme]]:
    """Return what the centre's agencies declare to offer, those alone that are installed here."""
    declared = {agency: _declared(centre.packages.get(agency)) for agency in centre.agencies}
    return {agency: found.programmes for agency, found in declared.items() if found is not None}


def _names(agency: str, package: str | None) -> Names:
    found = _declared(package)
    return Names(agency, agency) if found is None else found.name


def _declared(package: str | None) -> Agency | None:
    if package is None:
        return None
    try:
        return load_agency(package)
    except (DeclarationError, ImportError):
        return None
