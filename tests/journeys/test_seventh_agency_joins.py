"""A seventh agency joins while six run.

The city opens a youth centre. Somebody follows docs/new-agency.md: one folder, one line in the centre's
file, one command. The six processes are not touched; seconds later they know what the youth centre offers,
and a young client is referred to it, served there, and the case is closed.
"""

import asyncio
from pathlib import Path

import pytest

from ieum.centre.centre_file import read_centre
from ieum_lab.simulator.people import person
from ieum_lab.testing.centre import CentreUnderTest
from tests.journeys.living import Living
from tests.services.seventh import AGENCY_ID, centre_with_seventh_agency, write_seventh_agency

pytestmark = pytest.mark.stack

KNOWN_SECONDS = 60.0


async def test_a_seventh_agency_is_known_in_seconds_and_serves_a_client(
    living: Living, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pids = {agency: service.pid for agency, service in living.services.items()}
    write_seventh_agency(tmp_path)
    text = living.centre_file.read_text(encoding="utf-8")
    living.centre_file.write_text(centre_with_seventh_agency(text), encoding="utf-8")
    centre = read_centre(living.centre_file)

    for command in (["centre", "apply"], ["migrate", AGENCY_ID]):
        run = await living.ieum(*command)
        assert run.returncode == 0, run.stderr
    living.under_test = CentreUnderTest(centre, living.under_test.settings)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    await living.start(AGENCY_ID)

    async with asyncio.timeout(KNOWN_SECONDS), living.simulated() as simulated:
        pass
    async with living.simulated() as simulated:
        ref = f"{simulated.mark}-y"
        young = await simulated.refer(
            "employment-center",
            person(AGENCY_ID, "youth-counselling", ref, centre=simulated.centre, why="시험용 의뢰"),
        )
        served = await young.is_served("service-provided")
        onward = await simulated.refer(
            AGENCY_ID,
            person("city-job-center", "job-fair", ref, centre=simulated.centre, why="시험용 의뢰"),
        )
        await onward.is_served("attended")
        assert served.case is not None
        assert (await simulated.clients[AGENCY_ID].case(served.case)).closed_at is not None

    assert {agency: living.services[agency].pid for agency in pids} == pids
    assert (await living.accounts()).sentences == []
