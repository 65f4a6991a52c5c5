"""A batch that the broker's disk has changed stops nobody: what stood in it is asked for and said again."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from ieum.delivery.records.partitions import partition_of
from ieum_contracts.topics import Family, topic_of
from ieum_lab.embedded.stack import Stack
from tests.kit.delivery.agencies import Bare, check_histories, limited, new_keys, quiet, until
from tests.kit.delivery.conftest import Pair

pytestmark = [pytest.mark.stack, pytest.mark.slow]
SEGMENT = "00000000000000000000.log"
HEADER = 12
SENT = "select count(*) = 0 from outbox"
HEARD = "select count(*) from effect where key = any($1)"
UNREADABLE = "select count(*) from quarantine where reason = 'record.unreadable'"


def segment(stack: Stack, agency: Bare, partition: int) -> Path:
    """Return the file in which a partition of an agency's mailbox lies."""
    topic = topic_of(agency.address, Family.REFERRAL)
    return stack.state.folder / "kafka" / "data" / f"{topic}-{partition}" / SEGMENT


def damage(file: Path, number: int) -> None:
    """Change the last byte of one batch, counted from 0, as a failing disk may."""
    data = bytearray(file.read_bytes())
    begin = 0
    for _ in range(number):
        begin += HEADER + int.from_bytes(data[begin + 8 : begin + HEADER], "big")
    end = begin + HEADER + int.from_bytes(data[begin + 8 : begin + HEADER], "big")
    data[end - 1] ^= 0xFF
    file.write_bytes(data)


async def test_a_batch_that_the_disk_has_changed_is_asked_for_again_and_holds_nobody_up(
    stack: Stack, resting: Pair
) -> None:
    alpha, beta = resting.alpha, resting.beta
    [key], others = new_keys(1), new_keys(12)
    with limited(alpha, beta, tick_seconds=0.2, gap_ticks=1, gap_age=timedelta(seconds=1), heads_ticks=5):
        await alpha.start()
        for _ in range(3):
            await alpha.say(beta.address, [key])
            await until(lambda: alpha_has_sent(alpha))
        await alpha.say(beta.address, others)
        await until(lambda: alpha_has_sent(alpha))
        await asyncio.to_thread(stack.kafka.stop)
        damage(segment(stack, beta, partition_of(str(key).encode())), 1)
        await asyncio.to_thread(stack.kafka.again)

        await beta.start()
        await quiet(alpha, beta, keys=[key, *others], seconds=90.0)
    await check_histories(alpha, beta)
    assert await beta.value(HEARD, [key]) == 3
    assert await beta.value(HEARD, others) == len(others)
    assert await beta.value(UNREADABLE) == 1


async def alpha_has_sent(alpha: Bare) -> bool:
    return bool(await alpha.value(SENT))
