"""`ieum room`: how much room an agency's programmes have, shown and set over its HTTP API."""

from typing import Annotated, Any

import typer

from ieum.access.callers import Role
from ieum.cli.exits import CommandError, Exit
from ieum.cli.operator_client import act, open_api, sent
from ieum.cli.output import AsJson, tell, write_json
from ieum.cli.tables import write_table

COLUMNS = ("agency", "programme", "room", "places", "expected_days", "p50_days", "p90_days")
ROOMS = ("open", "few", "waitlist", "none")

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

Agency = Annotated[str, typer.Argument(help="Id of the agency that is asked.")]
Room = Annotated[
    str | None, typer.Option(help=f"One of {', '.join(ROOMS)}; left out, the count of places says it.")
]
Places = Annotated[int | None, typer.Option(min=0, help="Places in all, where they are counted.")]
ExpectedDays = Annotated[int | None, typer.Option(min=0, help="Calendar days until there may be room.")]


def add_to(parent: typer.Typer) -> None:
    """Add the commands to the application."""
    parent.add_typer(app, name="room", help="Show and set how much room programmes have.")


@app.command("list")
def list_rooms(agency: Agency, *, as_json: AsJson = False) -> None:
    """List the room of all programmes that an agency knows, its own and the others'."""
    with open_api(agency, Role.SUPERVISOR) as api:
        programmes = sent(api, "GET", "/v1/programmes")["programmes"]
    if as_json:
        write_json(programmes)
        return
    write_table(f"Room, as {agency} knows it", COLUMNS, [_row(each) for each in programmes])


@app.command("set")
def set_room(
    agency: Agency,
    programme: Annotated[str, typer.Argument(help="Id of one of its own programmes.")],
    *,
    room: Room = None,
    places: Places = None,
    expected_days: ExpectedDays = None,
    as_json: AsJson = False,
) -> None:
    """Set the room of a programme as a whole: what is left out is not set any more."""
    if room is not None and room not in ROOMS:
        raise CommandError(Exit.USAGE, f"There is no room {room!r}: say one of {', '.join(ROOMS)}.")
    wish = {"room": room, "places": places, "expected_days": expected_days}
    with open_api(agency, Role.SUPERVISOR) as api:
        done = act(api, f"/v1/programmes/{programme}/room", wish)
    if as_json:
        write_json(done)
        return
    now = done.get("room", "nothing is known")
    tell(f"{programme}: {now}, {done['taken']} taken, {done['waiting']} waiting.")


def _row(offered: dict[str, Any]) -> list[object]:
    capacity: dict[str, Any] = offered.get("capacity") or {}
    waiting: dict[str, Any] = capacity.get("waiting") or {}
    known = {**offered["programme"], **waiting, **capacity, "agency": offered["agency"].rpartition("/")[2]}
    return [known.get(name) for name in COLUMNS]
