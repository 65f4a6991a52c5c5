"""`ieum console`: the operators' window on a centre, its projector and its pages."""

import asyncio
import os

import typer

from ieum.cli.centres import centre_of, centre_settings
from ieum.cli.output import tell
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
    """Run the projector, and the pages where IEUM_OIDC_ISSUER says who may sign in; ends by a signal."""
    if os.environ.get("IEUM_OIDC_ISSUER"):
        serve(console_settings(), web_settings(), centre_of(centre_settings()))
    else:
        tell("IEUM_OIDC_ISSUER is not set, so nobody could sign in: no pages are served.")
        serve(console_settings())


@app.command()
def pages() -> None:
    """Serve the pages alone, where the projector runs elsewhere; IEUM_OIDC_ISSUER says who may sign in."""
    serve(console_settings(), web_settings(), centre_of(centre_settings()), projecting=False)


@app.command()
def rebuild() -> None:
    """Make the projection anew from the topics, with progress; pages say meanwhile that it is not whole.

    The audit, and events that the topics no longer hold, are kept.
    """
    asyncio.run(rebuild_projection(console_settings(), tell))


def web_settings() -> WebSettings:
    """Read the settings of the pages."""
    return WebSettings.model_validate({})


def console_settings() -> ConsoleSettings:
    """Return the settings of the environment, or of the centre that runs in this folder."""
    if any(map(os.environ.get, CONSOLE_VARIABLES)):
        return ConsoleSettings.model_validate({})
    settings = centre_settings()
    return ConsoleSettings.model_validate(console_values(centre_of(settings), settings))
