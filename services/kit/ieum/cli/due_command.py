"""`ieum due`: what is late at an agency and what will be, the worst harm first."""

from collections.abc import Iterator
from typing import Annotated, Any

import httpx
import typer

from ieum.access.callers import Role
from ieum.cli.operator_client import open_api, sent
from ieum.cli.output import AsJson, tell, write_json
from ieum.cli.tables import write_table
from ieum_contracts.overdue import Clock

PAGE = 200
COLUMNS = ("due", "level", "clock", "reason", "holder", "state", "programme", "peer", "referral")


def add_to(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("due")(due)


def due(
    agency: Annotated[str, typer.Argument(help="Id of the agency whose desk asks, as employment-center.")],
    *,
    mine: Annotated[
        bool | None, typer.Option("--mine/--theirs", help="Only what this agency has to do, or others.")
    ] = None,
    clock: Annotated[Clock | None, typer.Option(help="Only of this clock.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = PAGE,
    as_json: AsJson = False,
) -> None:
    """Show what is due: what is late first, then what is to come; nothing of a client."""
    wanted = {"mine": None if mine is None else str(mine).lower(), "clock": clock}
    with open_api(agency, Role.SUPERVISOR) as api:
        found = list(_due(api, {name: value for name, value in wanted.items() if value}, limit))
    if as_json:
        write_json(found)
        return
    write_table(f"Due at {agency}", COLUMNS, [_row(each) for each in found])
    tell(f"{sum('level' in each for each in found)} of {len(found)} late.")


def _due(api: httpx.Client, wanted: dict[str, str], limit: int) -> Iterator[dict[str, Any]]:
    left = limit
    while left > 0:
        page = sent(api, "GET", "/v1/due", params={**wanted, "limit": str(min(left, PAGE))})
        yield from page["due"]
        left -= len(page["due"])
        if page.get("next") is None:
            return
        wanted = {**wanted, "cursor": page["next"]}


def _row(each: dict[str, Any]) -> list[object]:
    shown = {**each, "due": each.get("due_at"), **{name: _agency(each[name]) for name in ("holder", "peer")}}
    return [shown.get(name) for name in COLUMNS]


def _agency(address: str) -> str:
    return address.rpartition("/")[2]
