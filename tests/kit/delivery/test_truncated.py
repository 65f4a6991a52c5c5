"""Away for longer than the mailbox keeps: what it lost is seen, and sent again from the sender's ledger."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from confluent_kafka import OFFSET_END, TopicPartition
from confluent_kafka.admin import AdminClient
from structlog.testing import capture_logs

from ieum.delivery import upkeep
from ieum.local import Stack
from ieum.local.kafka import admin_settings
from ieum_contracts.topics import MAILBOX_PARTITIONS, Family, topic_of
from tests.kit.delivery.agencies import Bare, check_histories, new_keys, quiet, until
from tests.kit.delivery.conftest import Pair

pytestmark = pytest.mark.stack


@pytest_asyncio.fixture(loop_scope="session")
async def brisk(resting: Pair, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Pair]:
    """Give two agencies that miss what a second did not bring; beta does not run yet."""
    monkeypatch.setattr(upkeep, "GAP_TICKS", 1)
    monkeypatch.setattr(upkeep, "GAP_AGE", timedelta(seconds=1))
    await resting.alpha.start()
    yield resting
    await resting.alpha.stop()
    await resting.beta.stop()


def truncate(stack: Stack, agency: Bare) -> None:
    """Delete whatever lies in a mailbox, as its retention does."""
    topic = topic_of(agency.address, Family.REFERRAL)
    admin = AdminClient(admin_settings(stack.state.read()))  # type: ignore[arg-type]
    partitions = [TopicPartition(topic, number, OFFSET_END) for number in range(MAILBOX_PARTITIONS)]
    for future in admin.delete_records(partitions).values():
        future.result(timeout=10)


async def test_what_a_mailbox_has_lost_comes_from_the_senders_ledger(stack: Stack, brisk: Pair) -> None:
    alpha, beta = brisk.alpha, brisk.beta
    keys = new_keys(20)
    await beta.start()
    await alpha.say(beta.address, keys)
    await quiet(alpha, beta)
    await beta.stop()
    for _ in range(3):
        await alpha.say(beta.address, keys)

    async def sent() -> bool:
        return not await alpha.value("select count(*) from outbox")

    await until(sent)
    await asyncio.to_thread(truncate, stack, beta)
    with capture_logs() as logs:
        await beta.start()
    assert "mailbox.truncated" in [each["event"] for each in logs]

    await quiet(alpha, beta, seconds=60)
    assert await check_histories(alpha, beta) == 2 * 4 * 20
