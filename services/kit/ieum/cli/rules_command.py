"""`ieum rules simulate`: who would flip if the rules were others, in counts alone."""

import asyncio
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Annotated

import asyncpg
import typer
from pydantic import JsonValue

from ieum.agency import Agency, DeclarationError, load_agency
from ieum.casework.facts import facts_of
from ieum.casework.replaying import Versions, replay
from ieum.casework.simulating import Simulation, StoredAssessment
from ieum.casework.small_counts import SMALL_BELOW, shown_count
from ieum.cli.centres import access_to, centre_of, centre_settings
from ieum.cli.output import AsJson, tell, write_json, write_line
from ieum.cli.tables import write_table
from ieum.storage.assessment_rows import read_assessments
from ieum_contracts.timing import SEOUL

CONNECT_SECONDS_MAX = 10.0
HIDDEN = f"<{SMALL_BELOW}"

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


def add_to(parent: typer.Typer) -> None:
    """Add the commands to the application."""
    parent.add_typer(app, name="rules", help="Try other rules on what was assessed.")


@app.callback()
def rules() -> None:
    """Try other rules on what was assessed."""


@app.command()
def simulate(
    agency: Annotated[str, typer.Argument(metavar="AGENCY", help="Id of the agency.")],
    *,
    since: Annotated[
        datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day, in Seoul.", metavar="DAY")
    ],
    until: Annotated[
        datetime, typer.Option("--until", formats=["%Y-%m-%d"], help="Last day, included.", metavar="DAY")
    ],
    version: Annotated[
        str,
        typer.Option("--rules", help="Version to try, a day: 2027-01-01.", metavar="VERSION"),
    ],
    as_json: AsJson = False,
) -> None:
    """Assess again, by another version of the rules, the referrals that came in a period; nothing is written.

    A version is a day: the rules and figures that stand in the agency's folder up to it. Counts under 5 are
    not shown, nor what would tell them. A referral whose details are erased cannot be assessed again.
    """
    if since > until:
        raise typer.BadParameter(f"The period ends ({until:%F}) before it begins ({since:%F}).")
    settings = centre_settings()
    centre = centre_of(settings)
    access = access_to(centre, settings, agency)
    declared = load_agency(access.package)
    found = asyncio.run(_simulate(access.dsn, declared, version, (since.date(), until.date())))
    report = {"agency": agency, "rules": version, "from": f"{since:%F}", "until": f"{until:%F}", **found}
    if as_json:
        write_json(report)
    else:
        _write(found)
    tell(
        f"{_shown(found['compared'])} assessed again, {_shown(found['erased'])} erased and left out, "
        f"{_shown(found['not_replayed'])} that do not follow from their own version any more."
    )


async def _simulate(
    dsn: str, agency: Agency, version: str, days: tuple[date, date]
) -> Mapping[str, JsonValue]:
    versions = cache(agency.rules_of_version)
    rule_sets, (first, last) = versions(version), days
    simulation, differing = Simulation(), 0
    connection = await asyncpg.connect(dsn, timeout=CONNECT_SECONDS_MAX)
    try:
        period = (_midnight(first), _midnight(last + timedelta(days=1)))
        async for page in read_assessments(connection, *period):
            for stored in page:
                simulation.add(stored, rule_sets)
                differing += not _comes_out_again(stored, versions)
            tell(f"{simulation.compared + simulation.erased:,} assessments looked at …")
    finally:
        await connection.close()
    return {**simulation.report(), "not_replayed": shown_count(differing)}


def _comes_out_again(stored: StoredAssessment, versions: Versions) -> bool:
    """Tell whether the assessment still follows from its facts; where they are erased nobody can say."""
    if stored.requested is None:
        return True
    facts = facts_of(stored.requested, stored.assessed.as_of)
    try:
        return replay(stored.assessed, facts, versions) == stored.assessed
    except DeclarationError:
        return False


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SEOUL)


def _write(found: Mapping[str, JsonValue]) -> None:
    programmes = found["programmes"]
    if not isinstance(programmes, dict) or not programmes:
        write_line("Nothing was assessed in this period.")
        return
    rows = [
        (name, part, what, _shown(count))
        for name, told in programmes.items()
        if isinstance(told, dict)
        for part in ("moves", "flips_by_rule")
        if isinstance(cells := told[part], dict)
        for what, count in cells.items()
    ]
    write_table("What would change", ("programme", "count of", "what", "assessments"), rows)


def _shown(count: JsonValue) -> str:
    return HIDDEN if count is None else str(count)
