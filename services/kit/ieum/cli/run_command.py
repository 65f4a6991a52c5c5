"""`ieum run`: one agency's service in this process, until it is told to end."""

import os
from typing import Annotated

import typer

from ieum.cli.exits import CommandError, Exit
from ieum.service import run as serve_agency
from ieum.settings import Settings

TOLD = ("IEUM_DATABASE_DSN", "IEUM_KAFKA_BOOTSTRAP")
"""Where one of these is set, the environment says everything; else the embedded stack does."""


def add_to(app: typer.Typer) -> None:
    """Put the command into the application."""
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
    if not any(map(os.environ.get, TOLD)):
        from ieum_lab.commands.running_stack import agency_environment  # noqa: PLC0415 - a server has no embedded stack

        os.environ.update(agency_environment(agency))
    serve_agency(Settings.model_validate({"agency": agency}))
