"""`ieum report`: what could not be had, and how long answers take, from an agency's API."""

import sys
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from ieum.access.callers import Role
from ieum.cli.exits import CommandError, Exit
from ieum.cli.operator_client import answered, content_of, open_api
from ieum.cli.output import AsJson, tell, write_json
from ieum.cli.tables import write_table

HIDDEN = "1 to 4"
GAPS_COLUMNS = ("month", "role", "agency", "programme", "how", "reason", "count")
FLOW_COLUMNS = ("month", "sender", "recipient", "step", "asked", "P50 minutes", "P90 minutes")

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

Agency = Annotated[str, typer.Argument(help="Id of the agency whose report it is.")]
First = Annotated[
    str | None, typer.Option("--from", help="First month, 2026-07; by default eleven before --to.")
]
Last = Annotated[str | None, typer.Option("--to", help="Last month; by default the running one.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="Write CSV on stdout, and nothing else there.")]


def add_to(parent: typer.Typer) -> None:
    """Add the commands to the application."""
    parent.add_typer(app, name="report", help="Count what could not be had, and how long answers take.")


@app.command()
def gaps(
    agency: Agency, *, first: First = None, last: Last = None, as_json: AsJson = False, as_csv: AsCsv = False
) -> None:
    """Show what could not be had, by programme, reason and month; small counts are hidden."""
    report = _report(agency, "gaps", {"from": first, "to": last}, _form(as_json=as_json, as_csv=as_csv))
    if report is not None:
        write_table(f"What could not be had: {agency}", GAPS_COLUMNS, _gaps_rows(report))
        _explain(report)


@app.command()
def flow(
    agency: Agency, *, first: First = None, last: Last = None, as_json: AsJson = False, as_csv: AsCsv = False
) -> None:
    """Show how long answers take, from agency to agency and by month: P50 and P90."""
    report = _report(agency, "flow", {"from": first, "to": last}, _form(as_json=as_json, as_csv=as_csv))
    if report is not None:
        write_table(f"Time to answer: {agency}", FLOW_COLUMNS, _flow_rows(report))
        _explain(report)


def _form(*, as_json: bool, as_csv: bool) -> str | None:
    if as_json and as_csv:
        raise CommandError(Exit.USAGE, "Say --json or --csv, not both.")
    return "json" if as_json else "csv" if as_csv else None


def _report(
    agency: str, name: str, period: Mapping[str, str | None], form: str | None
) -> dict[str, Any] | None:
    """Return a report to be shown, or write it in the form that was asked for."""
    wanted = {**period, "format": form or "json"}
    params = {key: value for key, value in wanted.items() if value is not None}
    with open_api(agency, Role.SUPERVISOR) as api:
        answer = answered(api, "GET", f"/v1/reports/{name}", params=params)
    if form == "csv" and answer.headers.get("content-type", "").startswith("text/csv"):
        sys.stdout.write(answer.text)
        return None
    report = content_of(answer)
    if form is None:
        return report
    write_json(report)
    return None


def _gaps_rows(report: dict[str, Any]) -> list[list[object]]:
    rows: list[list[object]] = []
    for month in report["months"]:
        place = [_month(month), month["role"]]
        for programme in month["programmes"]:
            where = [*place, programme["agency"], programme["programme"]]
            rows += [
                [*where, each["how"], each["reason"], each.get("count", HIDDEN)]
                for each in programme["reasons"]
            ]
        rows.append([*place, "all", "", "", "", _total(month["total"])])
    return rows


def _flow_rows(report: dict[str, Any]) -> list[list[object]]:
    return [
        [_month(edge), edge["sender"], edge["recipient"], step, *_times(edge[step])]
        for edge in report["edges"]
        for step in ("decision", "acceptance")
    ]


def _times(step: dict[str, Any]) -> list[object]:
    if step["suppressed"]:
        return ["fewer than 5", None, None]
    late = "not yet"
    return [f"{step['asked_at_least']}+", step.get("p50_minutes", late), step.get("p90_minutes", late)]


def _month(found: dict[str, Any]) -> str:
    return found["month"] if found["complete"] else f"{found['month']} (running)"


def _total(total: dict[str, Any]) -> object:
    return total.get("count", f"{total['at_least']} or more")


def _explain(report: dict[str, Any]) -> None:
    for each in report["definitions"]:
        tell(f"{each['word']}: {each['en']}")
