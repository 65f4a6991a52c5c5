"""A producer tells a broker that does not answer from a topic that does not exist."""

import asyncio
import os
from contextlib import suppress
from dataclasses import replace

import pytest
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, NewTopic

from ieum.delivery.limits import USUAL
from ieum.delivery.sending.away_partitions import AWAY_SECONDS_MIN
from ieum.delivery.sending.partition_queue import Outcome, Outgoing
from ieum.delivery.sending.producer import Producer
from ieum.errors import Transient
from ieum_contracts.topics import MAILBOX_PARTITIONS, Family, topic_of
from ieum_lab.embedded.kafka import admin_settings
from ieum_lab.embedded.stack import Stack
from tests.kit.delivery.agencies import until
from tests.kit.delivery.conftest import Pair

pytestmark = pytest.mark.stack


ONE = Outcome([0])


def to(topic: str) -> list[Outgoing]:
    return [Outgoing(topic, b"key", b"{}", [])]


def reasons(found: Outcome) -> dict[str, str]:
    return {topic: poison.reason for topic, poison in found.refused.items()}


async def test_a_topic_is_not_unknown_because_nobody_answers(stack: Stack, resting: Pair) -> None:
    sender = Producer(resting.alpha.settings, replace(USUAL, send_seconds=1.0))
    known = topic_of(resting.beta.address, Family.ELIGIBILITY)
    other = topic_of(resting.beta.address, Family.CASE_CLOSED)
    assert await sender.send(to(known)) == ONE
    stack.kafka.freeze()
    try:
        with pytest.raises(Transient):
            pytest.fail(f"Instead of raising: {await sender.send(to(other))}")
    finally:
        stack.kafka.thaw()
    assert await sender.send(to(other)) == ONE
    await sender.close()


async def test_what_the_broker_will_never_take_is_told_apart(resting: Pair) -> None:
    sender = Producer(resting.alpha.settings)
    known = topic_of(resting.beta.address, Family.REFERRAL)
    foreign = topic_of(resting.alpha.address, Family.REFERRAL)
    found = await sender.send([*to(known), *to(known), *to(foreign), *to(known)])
    assert sorted(found.acknowledged) == [0, 1, 3]
    assert reasons(found) == {foreign: "TopicAuthorizationFailedError"}
    large = Outgoing(known, b"key", b"x" * 2_000_000, [])
    found = await sender.send([*to(known), large, *to(known)])
    assert found.acknowledged == [0]
    assert reasons(found) == {known: "MessageSizeTooLargeError"}
    await asyncio.gather(sender.close(), sender.close())


async def test_a_topic_that_was_missing_is_tried_as_soon_as_it_is_there(stack: Stack, resting: Pair) -> None:
    """Until then it costs the others one question in ten seconds, and no pause."""
    topic = topic_of(resting.beta.address, Family.CASE_CLOSED)
    there = topic_of(resting.beta.address, Family.REFERRAL)
    admin = AdminClient(admin_settings(stack.kafka.record))
    admin.delete_topics([topic])[topic].result(10)
    sender = Producer(resting.alpha.settings)

    found = await sender.send([*to(topic), *to(there)])
    assert found.acknowledged == [1]
    assert reasons(found) == {topic: "UnknownTopicOrPartitionError"}
    await asyncio.sleep(AWAY_SECONDS_MIN)
    assert not await sender.some_are_back()

    await _made(admin, topic)
    await until(sender.some_are_back)
    assert await sender.send(to(topic)) == ONE
    await sender.close()


async def _made(admin: AdminClient, topic: str) -> None:
    """Make a topic whose predecessor the broker may still be removing."""

    async def made() -> bool:
        with suppress(KafkaException):
            admin.create_topics([NewTopic(topic, MAILBOX_PARTITIONS, 1)])[topic].result(10)
            return True
        return False

    await until(made)


async def test_a_client_that_could_not_be_stopped_leaves_nothing_that_tries_for_ever(
    stack: Stack, resting: Pair
) -> None:
    sender = Producer(resting.alpha.settings, replace(USUAL, send_seconds=1.0))
    known = topic_of(resting.beta.address, Family.REFERRAL)
    assert await sender.send(to(known)) == ONE
    others = _senders()
    stack.kafka.freeze()
    try:
        with pytest.raises(Transient):
            await sender.send(to(known) * 3)

        async def ended() -> bool:
            return _senders() < others

        await until(ended)
    finally:
        stack.kafka.thaw()

    async def answers() -> bool:
        with suppress(Transient):
            return await sender.send(to(known)) == ONE
        return False

    await until(answers, seconds=60.0)
    await sender.close()


def _senders() -> int:
    """Count the tasks in which clients of aiokafka send."""
    names = [getattr(task.get_coro(), "__qualname__", "") for task in asyncio.all_tasks()]
    return sum(name.startswith("Sender.") for name in names)


async def test_a_topic_that_takes_smaller_batches_than_ours_gets_each_record_by_itself(
    stack: Stack, resting: Pair
) -> None:
    """Each record fits, and a batch of them does not; one that does not fit by itself is refused."""
    topic = topic_of(resting.beta.address, Family.CASE_CLOSED)
    smaller = ConfigEntry("max.message.bytes", "20000", incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ConfigResource.Type.TOPIC, topic, incremental_configs=[smaller])
    admin = AdminClient(admin_settings(stack.kafka.record))
    for altered in admin.incremental_alter_configs([resource]).values():
        altered.result(10)
    sender, probe = Producer(resting.alpha.settings), Producer(resting.alpha.settings)
    fits, large = (Outgoing(topic, b"key", os.urandom(size), []) for size in (8_000, 30_000))

    async def is_limited() -> bool:
        return not (await probe.send([large])).acknowledged

    await until(is_limited)  # the broker learns of the new setting some time after it has said so
    await probe.close()

    first = await sender.send([fits] * 10)
    assert (len(first.acknowledged), first.refused, first.away) == (0, {}, {})
    assert len((await sender.send([fits] * 10)).acknowledged) == 10

    found = await sender.send([fits, large, fits])
    assert found.acknowledged == [0]
    assert reasons(found) == {topic: "MessageSizeTooLargeError"}
    await sender.close()
