"""A mailbox that was given more partitions: every key keeps its place, and nobody stops."""

import asyncio

import pytest
from confluent_kafka.admin import AdminClient, NewPartitions
from structlog.testing import capture_logs

from ieum_contracts.topics import MAILBOX_PARTITIONS, Family, login, topic_of
from ieum_lab.embedded.kafka import admin_settings
from ieum_lab.embedded.stack import Stack
from tests.kit.delivery.agencies import Bare, check_histories, limited, new_keys, quiet, until
from tests.kit.delivery.conftest import Pair

pytestmark = pytest.mark.stack

KEYS = 40
MORE = MAILBOX_PARTITIONS + 4


def add_partitions(stack: Stack, agency: Bare) -> None:
    topics = [topic_of(agency.address, family) for family in (Family.REFERRAL, Family.DELIVERY)]
    admin = AdminClient(admin_settings(stack.state.read()))  # type: ignore[arg-type]
    for future in admin.create_partitions([NewPartitions(topic, MORE) for topic in topics]).values():
        future.result(timeout=10)


def partitions_read(stack: Stack, agency: Bare) -> int:
    """Count the partitions of a mailbox that the agency's group has given to its members."""
    admin = AdminClient(admin_settings(stack.state.read()))  # type: ignore[arg-type]
    group = login(agency.address)
    members = admin.describe_consumer_groups([group])[group].result(timeout=10).members
    topic = topic_of(agency.address, Family.REFERRAL)
    return sum(each.topic == topic for member in members for each in member.assignment.topic_partitions)


async def test_more_partitions_stop_nobody_and_move_no_key(stack: Stack, resting: Pair) -> None:
    alpha, beta = resting.alpha, resting.beta
    with limited(alpha, beta, metadata_seconds=1.0):
        await beta.start()
        await alpha.start()
    keys = new_keys(KEYS)
    await alpha.say(beta.address, keys)
    await quiet(alpha, beta)

    await asyncio.to_thread(add_partitions, stack, beta)
    await alpha.stop()  # a producer that starts now knows all partitions
    await alpha.start()

    async def assigned() -> bool:
        beta.check()
        return await asyncio.to_thread(partitions_read, stack, beta) == MORE

    await until(assigned)
    await alpha.say(beta.address, keys)
    await quiet(alpha, beta)
    with capture_logs() as logs:
        await beta.stop()
        await beta.start()  # it ended at every start
    await alpha.say(beta.address, keys)
    await quiet(alpha, beta)

    assert await check_histories(alpha, beta) == 2 * 3 * KEYS
    assert not await beta.value("select count(*) from quarantine")
    assert not [each for each in logs if each["log_level"] == "error"]
