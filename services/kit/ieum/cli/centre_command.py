"""`ieum centre apply`: make the centre as its file says."""

import asyncio
from typing import Annotated

import typer

from ieum.centre.apply import apply as apply_centre
from ieum.cli.centres import centre_of, centre_settings
from ieum.cli.output import AsJson, tell, write_json, write_line

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


def add_to(parent: typer.Typer) -> None:
    """Add the commands to the application."""
    parent.add_typer(app, name="centre", help="Make a centre as infra/centre.toml says.")


@app.callback()
def centre() -> None:
    """Make a centre as infra/centre.toml says."""


@app.command()
def apply(
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make the topics, logins, access lists, databases and roles that are missing; drop nothing."""
    settings = centre_settings()
    centre = centre_of(settings)
    plan = asyncio.run(apply_centre(centre, settings, dry_run=dry_run))
    sentences = plan.sentences()
    if as_json:
        write_json(
            {"centre": centre.centre, "dry_run": dry_run, "changes": sentences, "warnings": plan.warnings()}
        )
    else:
        for sentence in sentences:
            write_line(sentence)
    for warning in plan.warnings():
        tell(f"Warning: {warning}")
    done = "would be made" if dry_run else "made"
    tell(f"{centre.name.en}: {len(sentences)} change(s) {done}." if sentences else "Nothing is missing.")
