"""The time of a demonstration goes on where an earlier, faster run left it, at the machine's own speed."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ieum.delivery.agency_time import MACHINE_TIME, AgencyTime
from ieum_lab.embedded.demonstration_time import begin_time, kept_time, stop_time
from ieum_lab.embedded.state import StateFolder
from ieum_lab.testing.plugin import MakeCentre
from services.city_welfare_team.agency import AGENCY as WELFARE
from services.employment_center.agency import AGENCY as EMPLOYMENT
from tests.kit.api.agency_api import open_api
from tests.kit.api.referring import referral_order

AHEAD = timedelta(days=3)


@pytest.mark.stack
async def test_it_begins_where_the_databases_are_and_never_before(make_centre: MakeCentre) -> None:
    centre = await make_centre(EMPLOYMENT.id, WELFARE.id)
    async with open_api(centre, EMPLOYMENT, WELFARE) as jobs:
        assert (await jobs.post("/v1/referrals", referral_order(jobs.peer))).status_code == 201
        assert await begin_time(centre.centre, centre.settings, 1.0) == MACHINE_TIME
        async with jobs.database.acquire() as connection:
            await connection.execute("update referral set changed_at = changed_at + $1", AHEAD)
        begun = await begin_time(centre.centre, centre.settings, 1.0)
    assert begun.speed == 1.0
    assert AHEAD - timedelta(minutes=5) < begun.shows - begun.start <= AHEAD


def test_after_its_end_it_goes_on_as_the_machines_does(tmp_path: Path) -> None:
    state, now = StateFolder(tmp_path), datetime.now(UTC)
    stop_time(state, AgencyTime(now, now + AHEAD, 10_000.0))
    kept = kept_time(state)
    assert kept["IEUM_CLOCK_SPEED"] == "1.0"
    assert datetime.fromisoformat(kept["IEUM_CLOCK_SHOWS"]) >= now + AHEAD
    stop_time(state, MACHINE_TIME)
    assert kept_time(state) == {}
