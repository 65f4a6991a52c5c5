"""`ieum run`: one agency's service in this process, until a signal ends it."""

import os
from typing import Annotated

import typer

from ieum.cli.exits import CommandError, Exit
from ieum.cli.local_centre import local_centre
from ieum.service import run as serve_agency
from ieum.settings import Settings

SERVICE_VARIABLES = ("IEUM_DATABASE_DSN", "IEUM_KAFKA_BOOTSTRAP")
"""With one of these set, the settings come from the environment; else from the centre in this folder."""


def add_to(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("run")(run)


def run(
    agency: Annotated[
        str | None, typer.Argument(envvar="IEUM_AGENCY", help="Id of the agency, as employment-center.")
    ] = None,
) -> None:
    """Serve one agency: its HTTP API, its mailboxes, its relay.

    Settings are the variables IEUM_…; where none are set, they are those of the embedded stack here.
    """
    if agency is None:
        raise CommandError(
            Exit.USAGE, "Which agency? Name it: `ieum run employment-center`, or set IEUM_AGENCY."
        )
    if not any(map(os.environ.get, SERVICE_VARIABLES)):
        os.environ.update(local_centre().agency_environment(agency))
    serve_agency(Settings.model_validate({"agency": agency}))
