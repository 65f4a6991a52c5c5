"""`ieum room`: how much of a programme is free, shown and set from the command line."""

import json
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from ieum_lab.testing.plugin import MakeCentre
from services.city_job_center.agency import AGENCY as JOBS
from services.employment_center.agency import AGENCY as EMPLOYMENT
from tests.kit.api.agency_api import open_api
from tests.kit.api.raw_http import serving
from tests.kit.cli.calling import NOWHERE, OK, REFUSED, UNREACHABLE, USAGE, call, said_in_a_sentence

pytestmark = pytest.mark.stack
DESK, PROGRAMME, FAIR = JOBS.id, "job-counselling", "job-fair"
Room = Callable[..., Awaitable[subprocess.CompletedProcess[str]]]


@pytest_asyncio.fixture
async def room(make_centre: MakeCentre, tmp_path: Path) -> AsyncIterator[Room]:
    """Serve the job centre's desk, and run `ieum room` against it."""
    centre = await make_centre(JOBS.id, EMPLOYMENT.id)
    async with open_api(centre, JOBS, EMPLOYMENT) as desk, serving(desk.app) as port:

        async def run(*arguments: str) -> subprocess.CompletedProcess[str]:
            return await call("room", *arguments, agency=DESK, port=port, folder=tmp_path, token=desk.token)

        yield run


async def _set(room: Room, *arguments: str) -> dict[str, Any]:
    run = await room("set", DESK, *arguments, "--json")
    assert (run.returncode, run.stderr) == (OK, "")
    found: dict[str, Any] = json.loads(run.stdout)
    return found


async def test_the_list_has_every_programme_and_no_room_before_any_is_said(room: Room) -> None:
    shown = await room("list", DESK)
    assert (shown.returncode, shown.stderr) == (OK, "")
    assert f"Room, as {DESK} knows it" in shown.stdout
    listed = json.loads((await room("list", DESK, "--json")).stdout)
    own = {each.id for each in JOBS.programmes}
    assert {each["programme"]["programme"] for each in listed} > own
    assert not any("capacity" in each for each in listed)
    assert all(programme in shown.stdout for programme in own)


async def test_room_is_set_as_a_whole_and_what_is_left_out_is_set_no_more(room: Room) -> None:
    few = await _set(room, PROGRAMME, "--room", "few", "--expected-days", "0")
    assert (few["room"], few["set_room"], few["taken"], few["waiting"]) == ("few", "few", 0, 0)
    counted = await _set(room, FAIR, "--places", "3", "--expected-days", "14")
    assert (counted["places"], counted["places_free"], counted["expected_days"]) == (3, 3, 14)
    assert (few["version"], counted["version"]) == (1, 1)
    again = await _set(room, FAIR, "--room", "none")
    assert (again["version"], again["room"]) == (2, "none")
    assert not {"places", "expected_days"} & again.keys()
    told = await room("set", DESK, PROGRAMME, "--room", "open")
    assert (told.returncode, told.stdout) == (OK, "")
    assert told.stderr == "job-counselling: open, 0 taken, 0 waiting.\n"


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["set", DESK, PROGRAMME, "--room", "plenty"], USAGE, "There is no room 'plenty': say one of open"),
        (["set", DESK, PROGRAMME, "--places", "-1"], USAGE, "--places"),
        (["set", DESK, PROGRAMME, "--expected-days", "soon"], USAGE, "--expected-days"),
        (["set", DESK], USAGE, "Missing argument 'programme'"),
        (["set", DESK, "no-such-programme", "--room", "few"], REFUSED, "no-such-programme/room"),
        (["set", DESK, PROGRAMME, "--places", "99999999999"], REFUSED, "/places"),
        (["list", "nobody"], USAGE, "It is not known where nobody serves."),
        (["fill"], USAGE, "No such command 'fill'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
async def test_what_cannot_be_meant_is_refused_with_its_name(
    room: Room, arguments: list[str], code: int, says: str
) -> None:
    said_in_a_sentence(await room(*arguments), code, says)


@pytest.mark.parametrize("arguments", [["list", DESK], ["set", DESK, PROGRAMME, "--room", "few"]], ids=str)
async def test_an_agency_that_is_away_is_said_to_be(tmp_path: Path, arguments: list[str]) -> None:
    run = await call("room", *arguments, agency=DESK, port=NOWHERE, folder=tmp_path)
    said_in_a_sentence(run, UNREACHABLE, "does not answer")
