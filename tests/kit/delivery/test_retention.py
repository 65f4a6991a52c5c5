"""What is past its time is cleared: bodies go, digests stay, and what has yet to be sent keeps everything."""

from datetime import timedelta

import pytest

from ieum.delivery.maintenance.retention import KEPT, Retention
from tests.kit.delivery.agencies import Bare, new_keys, quiet
from tests.kit.delivery.conftest import Pair

pytestmark = pytest.mark.stack
BODIES = "select count(*) from ledger where body is not null"


async def turn(agency: Bare) -> None:
    await Retention(agency.context).turn()


async def test_bodies_go_after_thirty_days_and_digests_stay(pair: Pair) -> None:
    alpha, beta = pair.alpha, pair.beta
    await alpha.change("update done_until set at = $1", alpha.clock())  # it begins a day before, by minutes
    keys = new_keys(5)
    await alpha.say(beta.address, keys)
    await quiet(alpha, beta)
    before = await alpha.ledger(said=True)
    await alpha.stop()
    await alpha.say(beta.address, new_keys(1))  # nobody sends it: it keeps its body
    alpha.clock.ahead = KEPT - timedelta(minutes=5)
    await turn(alpha)
    assert await alpha.value(BODIES) == 11
    alpha.clock.ahead = KEPT + timedelta(minutes=5)
    await turn(alpha)
    assert await alpha.value(BODIES) == 1
    assert {told.digest for told in before} <= {told.digest for told in await alpha.ledger(said=True)}
    await alpha.start()
    await quiet(alpha, beta)


AGED = """
insert into quarantine (topic, partition, "offset", reason, digest, at)
values ('t', 0, $1, 'place.key', '', $2)
"""
TOLD = "insert into told values (gen_random_uuid(), 1, 1, 1, 'refused', 'body.invalid', $1)"
EXPECTED = "insert into expected (key, peer, family, said, since) values (gen_random_uuid(), 1, 1, 1, $1)"
LEFT = """
select (select count(*) from quarantine where topic = 't') + (select count(*) from told)
    + (select count(*) from expected)
"""


async def test_leftovers_older_than_thirty_days_are_forgotten(pair: Pair) -> None:
    beta = pair.beta
    now = beta.clock()
    for number, at in enumerate((now, now - KEPT - timedelta(days=1))):
        await beta.change(AGED, number, at)
        await beta.change(TOLD, at)
        await beta.change(EXPECTED, at)
    await turn(beta)
    assert await beta.value(LEFT) == 3
    await beta.change("delete from expected")


async def test_a_turn_waits_for_its_hour(pair: Pair) -> None:
    beta = pair.beta
    retention = Retention(beta.context)
    await retention.turn()
    await beta.change(AGED, 9, beta.clock() - KEPT - timedelta(days=1))
    await retention.turn()
    assert await beta.value('select count(*) from quarantine where "offset" = 9') == 1
    beta.clock.ahead += timedelta(hours=1)
    await retention.turn()
    assert await beta.value('select count(*) from quarantine where "offset" = 9') == 0
