"""A day is added to the centre's file while a service runs: after a restart what is due has moved.

What was acted on before is not acted on again, though the new days lie before its time.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from asyncpg import Connection

from ieum.application.business_calendar import business_calendar
from ieum.application.flush import flush
from ieum.casework.business_days import BusinessCalendar
from ieum.casework.loaded_cases import LoadedCases
from ieum.casework.values import Change
from ieum.centre.centre_file import database_name
from ieum.centre.postgres import connect_admin
from ieum.delivery.streams.batch_write import Rows
from ieum.delivery.streams.peers import Peers
from ieum_contracts.overdue import ClockUnit
from ieum_contracts.timing import day_of
from ieum_lab.testing.effect_log import install_effect_log
from ieum_lab.testing.plugin import MakeCentre
from tests.kit.casework.agencies import RECIPIENT, SENDER, Desk, Two
from tests.kit.clocks.clocked import clocked_view
from tests.kit.clocks.service_process import Instance
from tests.kit.delivery.agencies import until

pytestmark = [pytest.mark.stack, pytest.mark.slow, pytest.mark.timeout(400)]
SECONDS_MAX = 150.0
DUE, LATE = UUID(int=10**9), UUID(int=10**9 + 1)
DUE_AT = "select due_at from clock where referral = $1 and clock = 'decision'"
TIMED_OTHERWISE = "select count(*) from clock where calendar = $1 or fires_at <= now()"
VERSION = "select calendar from clock where referral = $1"
ACTED = "select count(*) from clock_log where referral = $1"
FOREIGN = "testville"


async def seed(connection: Connection, began: Mapping[UUID, datetime]) -> None:
    """Write referrals that were received, and wait for a decision since the given times."""
    two = Two()
    two.refer()
    two.deliver()
    peers, known = Peers(), LoadedCases()
    received = replace(two.at_recipient, peer=replace(SENDER, centre=FOREIGN))
    await peers.know(connection, [received.peer])
    for key, at in began.items():
        known.take(Change(replace(received, id=key, journey=key, created_at=at, changed_at=at)))
    async with connection.transaction():
        await flush(connection, peers, known, Rows(), view=clocked_view(Desk(RECIPIENT)))


def write_days(path: Path, *closed: date) -> BusinessCalendar:
    """Write a centre's file; give the calendar that it stands for."""
    lines = ["[calendar.closed]", *(f'{day} = "임시공휴일"' for day in closed)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return business_calendar(path)


async def test_a_day_that_is_added_moves_what_is_due_and_nothing_runs_out_twice(
    make_centre: MakeCentre, tmp_path: Path
) -> None:
    centre, now, file = await make_centre(SENDER.agency, RECIPIENT.agency), datetime.now(UTC), tmp_path / "c"
    administrator = await connect_admin(centre.settings, database_name(centre.address(RECIPIENT.agency)))
    await install_effect_log(administrator)
    began = {DUE: now, LATE: now - timedelta(days=60)}
    await seed(administrator, began)
    service = Instance(centre, RECIPIENT.agency, tmp_path / "log", IEUM_CENTRE_FILE=str(file))

    async def run_under(*closed: date) -> dict[UUID, datetime]:
        """Run the service under a file until its clocks are timed by it."""
        calendar, before = write_days(file, *closed), await administrator.fetchval(VERSION, DUE)
        service.start()
        try:

            async def timed() -> bool:
                return bool(await administrator.fetchval(TIMED_OTHERWISE, before) == 0)

            await until(timed, SECONDS_MAX, pause=0.2)
        finally:
            service.kill()
        expected = calendar.due(began[DUE], 3, ClockUnit.BUSINESS_DAYS)
        assert await administrator.fetchval(DUE_AT, DUE) == expected
        assert [await administrator.fetchval(ACTED, key) for key in (DUE, LATE)] == [0, 1]
        return {key: await administrator.fetchval(DUE_AT, key) for key in began}

    at_first = await run_under()
    day, passed = day_of(at_first[DUE]), day_of(at_first[LATE])
    added = await run_under(day, passed)
    assert added[DUE] > at_first[DUE]
    assert added[LATE] == at_first[LATE] < now
    await administrator.close()
