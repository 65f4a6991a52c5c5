"""The statements that every event or order runs keep a good plan, though it was made on empty tables."""

import re

import pytest

from ieum.delivery import rows
from ieum.settings import Settings
from ieum.storage import cases, finding, flush, reading, referrals
from ieum.storage.database import open_database
from ieum.testing.plugin import MakeCentre
from tests.kit.casework.agencies import SENDER

pytestmark = pytest.mark.stack
HOT = {
    "lock referrals": referrals._LOCK,
    "read referrals": referrals._READ,
    "flush": rows.statement(
        (rows._BEGIN, rows._GO_ON, rows._ENTER, rows._MOVE, flush._REFER, flush._FILE, flush._ANSWER)
    ),
    "look back": finding._LOOK_BACK,
    "clear heard bodies": referrals._CLEAR,
    "lock cases": cases._LOCK,
    "whom cases serve": cases._SERVED,
    "cases of journeys": cases._CASES_OF_JOURNEYS,
    "history": reading._HISTORY,
}


PREPARE = "select format('prepare hot_%s as %s', $1::int, $2::text)"
EXPLAIN = "select format('explain execute hot_%s (%s)', $1::int, $2::text)"


async def test_plans_made_on_empty_tables_stay_good(make_centre: MakeCentre) -> None:
    centre = await make_centre(SENDER.agency)
    settings = Settings.model_validate(centre.access(SENDER.agency).values())
    database = await open_database(settings.database_dsn.get_secret_value(), settings.database_secret())
    plans: dict[str, str] = {}
    async with database.acquire() as connection:
        for number, (name, statement) in enumerate(HOT.items()):
            nulls = ", ".join(["null"] * len(set(re.findall(r"\$[0-9]+", statement))))
            await connection.execute(await connection.fetchval(PREPARE, number, statement))
            lines = await connection.fetch(await connection.fetchval(EXPLAIN, number, nulls))
            plans[name] = "\n".join(line[0] for line in lines)
    await database.close()
    assert {name: plan for name, plan in plans.items() if "Seq Scan" in plan} == {}
