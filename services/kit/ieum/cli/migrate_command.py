"""`ieum migrate`: bring the agencies' databases to the newest schema."""

import asyncio
from typing import Annotated

import typer

from ieum.cli.centres import access_to, centre_of, centre_settings
from ieum.cli.output import AsJson, tell, write_json, write_line
from ieum.storage.migrate import migrate as migrate_database


def add_to(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("migrate")(migrate)


def migrate(
    agencies: Annotated[
        list[str] | None, typer.Argument(metavar="[AGENCY]...", help="Ids of agencies; all by default.")
    ] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="All agencies of the centre.")] = False,
    as_json: AsJson = False,
) -> None:
    """Apply the migrations that a database lacks, as the agency's own role; forward only."""
    if every and agencies:
        raise typer.BadParameter("Name agencies, or say --all, not both.")
    settings = centre_settings()
    centre = centre_of(settings)
    chosen = {agency: access_to(centre, settings, agency).dsn for agency in agencies or centre.packages}
    applied = asyncio.run(_migrate(chosen))
    if as_json:
        write_json(applied)
    else:
        for agency, files in applied.items():
            write_line(f"{agency}: {', '.join(files) or 'nothing to do'}")
    tell(f"{len(applied)} database(s) are at the newest schema.")


async def _migrate(dsn_of: dict[str, str]) -> dict[str, list[str]]:
    done = await asyncio.gather(*(migrate_database(dsn) for dsn in dsn_of.values()))
    return dict(zip(dsn_of, done, strict=True))
