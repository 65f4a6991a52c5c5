"""`ieum console`: the operators' window on a centre, its projector and its pages."""

import asyncio
import os

import typer

from ieum.centre.centre_file import Centre, CentreError, read_centre
from ieum.cli.addresses import agency_urls
from ieum.cli.centres import centre_of, centre_settings
from ieum.cli.exits import CommandError, Exit
from ieum.cli.output import tell
from ieum.garbage_collection import collect_less
from ieum_console.access import console_values
from ieum_console.database import migrate_console
from ieum_console.pages.web_settings import WebSettings
from ieum_console.service import rebuild_projection, serve
from ieum_console.settings import ConsoleSettings

CONSOLE_VARIABLES = ("IEUM_DATABASE_DSN", "IEUM_KAFKA_USERNAME")
"""With one of these set, the settings come from the environment; else from the centre in this folder."""

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


def add_to(parent: typer.Typer) -> None:
    """Add the commands to the application."""
    parent.add_typer(
        app, name="console", help="The operators' console: what stands where, from headers alone."
    )


@app.callback()
def console() -> None:
    """Run and rebuild the operators' console.

    Settings are the variables IEUM_…; where none are set, they are those of the embedded stack here.
    """


@app.command()
def migrate() -> None:
    """Bring the console's own database to the newest schema."""
    applied = asyncio.run(migrate_console(console_settings()))
    tell(f"The console's database is at the newest schema ({', '.join(applied) or 'nothing to do'}).")


@app.command()
def run() -> None:
    """Run the projector, and the pages where it is known who may sign in; ends by a signal.

    IEUM_OIDC_ISSUER names the issuer; without it that is the one of the embedded stack here.
    """
    settings, web = console_settings(), web_settings()
    if web is None:
        tell("IEUM_OIDC_ISSUER is not set, so nobody can sign in: the projector runs, without pages.")
        serve(settings)
    else:
        tell(f"The pages are at {web.console_url}; one signs in at {web.oidc_issuer}.")
        serve(settings, web, console_centre(settings))


@app.command()
def pages() -> None:
    """Serve the pages alone, where the projector runs elsewhere; IEUM_OIDC_ISSUER says who may sign in."""
    settings, web = console_settings(), web_settings()
    if web is None:
        raise CommandError(Exit.USAGE, "Set IEUM_OIDC_ISSUER to the issuer at which one signs in.")
    serve(settings, web, console_centre(settings), projecting=False)


@app.command()
def rebuild() -> None:
    """Make the projection anew from the topics, with progress; pages say meanwhile that it is not whole.

    The audit, and events that the topics no longer hold, are kept.
    """
    collect_less()
    asyncio.run(rebuild_projection(console_settings(), tell))


def web_settings() -> WebSettings | None:
    """Read the settings of the pages; None where nobody is named at whom one signs in."""
    if os.environ.get("IEUM_OIDC_ISSUER"):
        return WebSettings.model_validate({})
    issuer = None if names_console() else centre_settings().login_url
    if issuer is None:
        return None
    return WebSettings.model_validate({"oidc_issuer": issuer, "urls": agency_urls()})


def names_console() -> bool:
    """Whether the environment names the console's own database and login."""
    return any(map(os.environ.get, CONSOLE_VARIABLES))


def console_centre(settings: ConsoleSettings) -> Centre:
    """Read the file of the console's centre; raises CommandError when it is missing or invalid."""
    if not names_console():
        return centre_of(centre_settings())
    if settings.centre_file is None:
        raise CommandError(Exit.USAGE, "Set IEUM_CENTRE_FILE: the pages name the centre's agencies by it.")
    try:
        return read_centre(settings.centre_file)
    except CentreError as error:
        raise CommandError(Exit.USAGE, str(error)) from error


def console_settings() -> ConsoleSettings:
    """Return the settings of the environment, or of the centre that runs in this folder."""
    if names_console():
        return ConsoleSettings.model_validate({})
    settings = centre_settings()
    return ConsoleSettings.model_validate(console_values(centre_of(settings), settings))
