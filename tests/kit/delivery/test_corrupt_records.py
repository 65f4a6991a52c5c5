"""A header name that is not UTF-8 stops neither a mailbox nor the catalogue."""

import pytest

from ieum_contracts.address import Address
from ieum_contracts.referral import ReferralAmended
from ieum_contracts.topics import Family, topic_of
from ieum_lab.embedded.stack import Stack
from tests.kit.delivery import wire
from tests.kit.delivery.agencies import new_keys, until
from tests.kit.delivery.conftest import Pair

pytestmark = pytest.mark.stack
PLACEHOLDER, NAME = b"PLACEHOLDER", b"\xff\xfeLACEHOLDE"


async def test_a_mailbox_is_read_past_a_header_name_that_is_no_text(stack: Stack, pair: Pair) -> None:
    [key, other] = new_keys(2)
    source, me = pair.alpha.address, pair.beta.address
    good = [wire.event(source, me, key, number, ReferralAmended()) for number in (1, 2, 3, 4)]
    poisoned = good[1].plus((PLACEHOLDER.decode(), b"1"))
    await wire.produce_with_name(stack, [good[0], poisoned, good[2]], PLACEHOLDER, NAME)
    wire.produce(stack, [good[3], wire.event(source, me, other, 1, ReferralAmended())])

    async def heard() -> bool:
        parked = await pair.beta.value("select reason from parked where key = $1", key) == "sequence.gap"
        effects = await pair.beta.value("select count(*) from effect where key = any($1)", [key, other])
        return parked and effects == 2

    await until(heard)
    kept = await pair.beta.rows("select reason, body from quarantine order by id")
    assert kept == [{"reason": "record.unreadable", "body": None}] * 2  # and what followed it in its batch


async def test_the_catalogue_is_read_past_it_too(stack: Stack, pair: Pair) -> None:
    me = Address(pair.centre.id, "beta")
    record = wire.event(me, me, new_keys(1)[0], 1, ReferralAmended())
    topic = topic_of(me, Family.CATALOGUE)
    poisoned = wire.Raw(topic, 0, b"programme:x", b"{}", (*record.headers, (PLACEHOLDER.decode(), b"1")))
    await wire.produce_with_name(stack, [poisoned], PLACEHOLDER, NAME)
    keys = new_keys(3)
    await pair.alpha.say(me, keys)

    async def heard() -> bool:
        return await pair.beta.value("select count(*) from effect where key = any($1)", keys) == 3

    await until(heard)
    pair.alpha.check()
    pair.beta.check()
