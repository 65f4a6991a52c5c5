"""A mailbox that is missing at a start keeps none of the others from being read, and health names it."""

import asyncio

import pytest

from ieum.delivery.streams.stream import FAMILY_NUMBERS
from ieum_contracts.topics import Family, topic_of
from ieum_lab.embedded.stack import Stack
from tests.kit.delivery.agencies import Bare, limited, new_keys, quiet, until
from tests.kit.delivery.conftest import Pair
from tests.kit.delivery.topics import delete_mailbox, make_mailbox

pytestmark = pytest.mark.stack
READ_BEFORE = """
insert into position (family, partition, next_offset) values ($1, 0, 5)
on conflict (family, partition) do update set next_offset = greatest(position.next_offset, 5)
"""


async def names(agency: Bare, topic: str) -> bool:
    assert agency.delivery is not None
    problems = await agency.delivery.problems()
    return len(problems) == 1 and f"Mailbox {topic} is missing" in problems[0]


@pytest.mark.parametrize("family", [Family.ELIGIBILITY, Family.DELIVERY])
async def test_a_missing_mailbox_is_named_and_the_others_are_read(
    stack: Stack, resting: Pair, family: Family
) -> None:
    alpha, beta = resting.alpha, resting.beta
    topic = topic_of(beta.address, family)
    with limited(alpha, beta, look_seconds=0.5, metadata_seconds=1.0):
        await alpha.start()
        await beta.change(READ_BEFORE, FAMILY_NUMBERS[family])
        await asyncio.to_thread(delete_mailbox, stack, beta, family)
        await beta.start(ready=False)
        await alpha.say(beta.address, keys := new_keys(10))

        async def heard() -> bool:
            return await beta.value("select count(*) from ledger where key = any($1::uuid[])", keys) == 20

        await until(heard, seconds=30)
        await until(lambda: names(beta, topic), seconds=30)
        await asyncio.to_thread(make_mailbox, stack, beta, family)

        async def well() -> bool:
            assert beta.delivery is not None
            return not await beta.delivery.problems()

        await until(well)
        await alpha.say(beta.address, keys)
        await quiet(alpha, beta)
    await alpha.stop()
    await beta.stop()
