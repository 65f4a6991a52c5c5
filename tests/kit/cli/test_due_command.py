"""`ieum due`: what a desk sees in the morning, the worst first; and what it is told when there is nothing."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from ieum_lab.testing.plugin import MakeCentre
from services.city_welfare_team.agency import AGENCY as WELFARE
from services.employment_center.agency import AGENCY as EMPLOYMENT
from tests.kit.api.agency_api import Api, like, open_api, settle
from tests.kit.api.raw_http import serving
from tests.kit.api.referring import MARKS, referral_order
from tests.kit.cli.calling import NOWHERE, OK, UNREACHABLE, USAGE, call, said_in_a_sentence

pytestmark = pytest.mark.stack
DESK = WELFARE.id
IN_FOUR_DAYS = timedelta(days=4)
URGENT = {"priority": "urgent", "priority_cause": "no-means-today"}


class Morning:
    """The welfare team's desk, the employment centre that refers to it, and the port where it serves."""

    def __init__(self, desk: Api, sender: Api, port: int, folder: Path) -> None:
        self.desk, self.sender = desk, sender
        self._place: dict[str, Any] = {"port": port, "folder": folder, "token": desk.token}

    async def refers(self, **order: object) -> str:
        """Let a referral come in; gives its id."""
        made = await self.sender.post("/v1/referrals", referral_order(self.desk.me, **order))
        assert made.status_code == 201, made.text
        await settle(self.sender, self.desk)
        return str(made.json()["id"])

    async def due(self, *options: str) -> Any:
        """Read what the command writes as JSON."""
        run = await call("due", DESK, "--json", *options, agency=DESK, **self._place)
        assert (run.returncode, run.stderr) == (OK, "")
        return json.loads(run.stdout)

    async def shown(self, *options: str) -> tuple[str, str]:
        """Read what the command writes for a person."""
        run = await call("due", DESK, *options, agency=DESK, **self._place)
        assert run.returncode == OK, run.stderr
        return run.stdout, run.stderr


@pytest_asyncio.fixture
async def morning(make_centre: MakeCentre, tmp_path: Path) -> AsyncIterator[Morning]:
    centre = await make_centre(WELFARE.id, EMPLOYMENT.id)
    async with (
        open_api(centre, WELFARE, EMPLOYMENT) as desk,
        open_api(centre, EMPLOYMENT, WELFARE) as sender,
        serving(like(desk, clock=lambda: datetime.now(UTC) + IN_FOUR_DAYS)) as port,
    ):
        yield Morning(desk, sender, port, tmp_path)


async def test_the_desk_sees_what_is_late_first_and_nothing_of_a_client(morning: Morning) -> None:
    table, said = await morning.shown()
    assert "Due at city-welfare-team" in table
    assert said == "0 of 0 late.\n"
    assert await morning.due() == []

    asked = await morning.refers()
    path = f"/v1/referrals/{asked}/decisions"
    question = {"decision": "info-requested", "questions": ["income"]}
    assert (await morning.desk.post(path, question)).status_code == 200
    urgent = await morning.refers(**URGENT)

    found = await morning.due()
    assert [each["referral"] for each in found] == [urgent, asked]
    late, later = found
    assert (late["clock"], late["level"], late["reason"]) == ("decision", "overdue", "no-decision")
    assert (later["clock"], later["holder"]) == ("info-request", str(morning.sender.me))
    assert "level" not in later
    table, said = await morning.shown()
    assert said == "1 of 2 late.\n"
    assert table.index(urgent) < table.index(asked)
    assert not any(mark in table for mark in MARKS)

    assert [each["referral"] for each in await morning.due("--mine")] == [urgent]
    assert [each["referral"] for each in await morning.due("--theirs")] == [asked]
    assert [each["referral"] for each in await morning.due("--clock", "info-request")] == [asked]
    assert await morning.due("--clock", "acknowledgement") == []
    assert [each["referral"] for each in await morning.due("--limit", "1")] == [urgent]


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["--clock", "cuckoo"], "--clock"),
        (["--limit", "0"], "--limit"),
        (["--limit", "many"], "--limit"),
        (["--perhaps"], "--perhaps"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
async def test_a_wrong_word_is_named(tmp_path: Path, arguments: list[str], names: str) -> None:
    run = await call("due", DESK, *arguments, agency=DESK, port=NOWHERE, folder=tmp_path)
    said_in_a_sentence(run, USAGE, names)


async def test_an_agency_that_is_away_or_unknown_is_said_to_be(morning: Morning, tmp_path: Path) -> None:
    away = await call("due", DESK, agency=DESK, port=NOWHERE, folder=tmp_path)
    said_in_a_sentence(away, UNREACHABLE, "does not answer")
    unknown = await call("due", "nobody", agency=DESK, port=NOWHERE, folder=tmp_path)
    said_in_a_sentence(unknown, USAGE, "It is not known where nobody serves.")
    async with serving(_nothing) as port:
        other = await call("due", DESK, agency=DESK, port=port, folder=tmp_path)
    said_in_a_sentence(other, UNREACHABLE, "this is no agency's API")


async def _nothing(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body", "body": b""})
