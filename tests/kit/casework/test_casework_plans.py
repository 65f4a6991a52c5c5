"""What every event or order runs keeps a good plan, whatever the tables held when it was made."""

import re

import pytest

from ieum.delivery import rows
from ieum.storage import cases, finding, flush, reading, referrals
from ieum.testing.plugin import MakeCentre
from tests.kit.casework.agencies import SENDER
from tests.kit.plans import WORLDS, plans_of

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
READS_ALL = re.compile(r"Seq Scan|Index (Only )?Scan .*\n(?!\s*Index Cond)")
"""A whole table, or the whole of an index."""


@pytest.mark.parametrize("world", WORLDS)
async def test_plans_stay_good_in_whatever_world_they_were_made(make_centre: MakeCentre, world: str) -> None:
    plans = await plans_of(await make_centre(SENDER.agency), SENDER.agency, world, HOT.items())
    assert {name: plan for name, plan in plans.items() if READS_ALL.search(plan)} == {}
