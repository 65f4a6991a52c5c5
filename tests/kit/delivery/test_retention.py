"""What is past its time is cleared: bodies go, digests stay, and what has yet to be sent keeps everything."""

from datetime import timedelta

import pytest

from ieum.delivery.maintenance.retention import KEPT, TURN_SECONDS, Retention
from ieum.delivery.notices.notices import send_again
from ieum_contracts.delivery import StreamResendAsked
from ieum_contracts.topics import Family
from tests.kit.delivery.agencies import Bare, new_keys, quiet
from tests.kit.delivery.conftest import Pair
from tests.kit.delivery.rows import peer_of

pytestmark = pytest.mark.stack
BODIES = "select count(*) from ledger where body is not null"
KEPT_BODY = "select count(*) from ledger where key = $1 and said and body is not null"
AGE = "update ledger set at = at - $1::interval"
BEGIN = "update done_until set at = now() - interval '32 days' where what = 'ledger-bodies'"
HOUR = 3600.0


class Turns:
    """The retention of one agency, for which real time passes as a test says."""

    def __init__(self, agency: Bare) -> None:
        self.seconds = 0.0
        self._retention = Retention(agency.context, lambda: self.seconds)

    async def after(self, seconds: float) -> None:
        """Let real time pass, and do all that is due then."""
        self.seconds += seconds
        for _ in range(100):
            await self._retention.turn()


async def test_bodies_go_after_thirty_days_and_digests_stay(pair: Pair) -> None:
    alpha, beta = pair.alpha, pair.beta
    keys = new_keys(5)
    await alpha.say(beta.address, keys)
    await quiet(alpha, beta)
    before = await alpha.ledger(said=True)
    await alpha.stop()
    [unsent] = new_keys(1)
    await alpha.say(beta.address, [unsent])  # nobody sends it: it keeps its body
    await alpha.change(BEGIN)
    turns = Turns(alpha)
    await alpha.change(AGE, KEPT - timedelta(minutes=5))
    for _ in range(3):
        await turns.after(HOUR)
    assert await alpha.value(BODIES) == 11
    await alpha.change(AGE, timedelta(minutes=10))
    await alpha.change(BEGIN)
    for _ in range(3):
        await turns.after(HOUR)
    assert await alpha.value(BODIES) == 1
    assert {told.digest for told in before} <= {told.digest for told in await alpha.ledger(said=True)}
    await alpha.start()
    await quiet(alpha, beta)
    assert await alpha.value(KEPT_BODY, unsent) == 1
    await turns.after(HOUR)
    assert await alpha.value(KEPT_BODY, unsent) == 0, "it was sent after its time, and is cleared then"
    assert await alpha.value("select count(*) from unsent_body") == 0


STRIP = "update ledger set body = body || ' ' where key = $1 and said and sequence = 2"


async def test_what_was_stripped_while_it_waited_to_be_sent_again_is_not_sent(pair: Pair) -> None:
    """Under its number and another digest its recipient would take it for a conflict, and stop."""
    alpha, beta = pair.alpha, pair.beta
    [key] = new_keys(1)
    await alpha.say(beta.address, [key] * 3)
    await quiet(alpha, beta)
    await alpha.stop()
    asked = StreamResendAsked(family=Family.REFERRAL, key=key, first=1, last=3)
    async with alpha.database.acquire() as connection, connection.transaction():
        await send_again(connection, alpha.context, await peer_of(alpha, beta), asked)
    await alpha.change(STRIP, key)
    assert await alpha.value("select count(*) from outbox") == 3
    await alpha.start()
    await quiet(alpha, beta)
    assert await beta.value("select stopped from stream where key = $1", key) is None


AGED = """
insert into quarantine (topic, partition, "offset", reason, digest, at)
values ('t', 0, $1, 'place.key', '', now() - $2::interval)
"""
TOLD = "insert into told values (gen_random_uuid(), 1, 1, 1, 'refused', 'body.invalid', now() - $1::interval)"
EXPECTED = """
insert into expected (key, peer, family, said, since)
values (gen_random_uuid(), 1, 1, 1, now() - $1::interval)
"""
LEFT = """
select (select count(*) from quarantine where topic = 't') + (select count(*) from told)
    + (select count(*) from expected)
"""
OLD = KEPT + timedelta(hours=1)


async def test_leftovers_older_than_thirty_days_are_forgotten(pair: Pair) -> None:
    beta = pair.beta
    for number, age in enumerate((timedelta(), OLD)):
        await beta.change(AGED, number, age)
        await beta.change(TOLD, age)
        await beta.change(EXPECTED, age)
    await beta.change(BEGIN)
    turns = Turns(beta)
    for _ in range(3):
        await turns.after(HOUR)
    assert await beta.value(LEFT) == 3
    await beta.change("delete from expected")


async def test_a_turn_waits_for_its_minute(pair: Pair) -> None:
    beta = pair.beta
    await beta.change(BEGIN)
    turns = Turns(beta)
    for _ in range(3):
        await turns.after(HOUR)
    await beta.change(AGED, 9, OLD)
    await turns.after(TURN_SECONDS / 2)
    assert await beta.value('select count(*) from quarantine where "offset" = 9') == 1
    await turns.after(TURN_SECONDS)
    assert await beta.value('select count(*) from quarantine where "offset" = 9') == 0
