"""The partitions of our mailboxes as the broker has them: where they end, and which are away."""

import asyncio

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import LeaderNotAvailableError

from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.partition_leaders import led
from ieum.delivery.streams.positions import Partition
from ieum.delivery.streams.stream import FAMILIES
from ieum_contracts.topics import MAILBOX_PARTITIONS, STREAM_FAMILIES, topic_of

ANSWER_SECONDS_MAX = 10.0


async def ends_of(
    context: DeliveryContext, consumer: AIOKafkaConsumer, *, led_alone: bool = False
) -> dict[Partition, int]:
    """Return the end offsets of our mailboxes; raises KafkaError or TimeoutError.

    Where nobody leads a partition it raises, or with `led_alone` leaves it out.
    """
    places = partitions_of(context, consumer)
    asked = led(consumer, places)
    if len(asked) < len(places) and not led_alone:
        raise LeaderNotAvailableError
    async with asyncio.timeout(ANSWER_SECONDS_MAX):
        ends = await consumer.end_offsets(asked)
    return {places[partition]: offset for partition, offset in ends.items()}


async def present_ends(context: DeliveryContext, consumer: AIOKafkaConsumer) -> dict[Partition, int]:
    """Return the ends of what is led of our mailboxes, including what open transactions hold back."""
    ends = await ends_of(context, consumer, led_alone=True)
    for partition in consumer.assignment():
        place = place_of(context, partition)
        if place in ends:
            ends[place] = max(ends[place], consumer.highwater(partition) or 0)
    return ends


def partitions_of(context: DeliveryContext, consumer: AIOKafkaConsumer) -> dict[TopicPartition, Partition]:
    """Return all partitions of our mailboxes: those of the contract, and what the broker has besides.

    Without those of a mailbox that the broker does not have: to ask for its offsets has no end.
    """
    partitions: set[TopicPartition] = set()
    missing = missing_mailboxes(context, consumer)
    for family in FAMILIES.values():
        topic = topic_of(context.me, family)
        if topic in missing:
            continue
        numbers = set(range(MAILBOX_PARTITIONS if family in STREAM_FAMILIES else 1))
        numbers |= consumer.partitions_for_topic(topic) or set()
        partitions |= {TopicPartition(topic, number) for number in numbers}
    return {partition: place_of(context, partition) for partition in sorted(partitions)}


def leaderless(context: DeliveryContext, consumer: AIOKafkaConsumer) -> frozenset[TopicPartition]:
    """Return the partitions of our mailboxes that nobody leads, as far as the consumer knows by now."""
    partitions = {*partitions_of(context, consumer)}
    return frozenset(partitions.difference(led(consumer, partitions)))


def missing_mailboxes(context: DeliveryContext, consumer: AIOKafkaConsumer) -> frozenset[str]:
    """Return those of our mailboxes that the broker does not have, as far as the consumer knows by now."""
    topics = {topic_of(context.me, family) for family in FAMILIES.values()}
    return frozenset(topic for topic in topics if consumer.partitions_for_topic(topic) is None)


def place_of(context: DeliveryContext, partition: TopicPartition) -> Partition:
    """Return the partition of a mailbox by its family."""
    families = {topic_of(context.me, family): number for number, family in FAMILIES.items()}
    return families[partition.topic], partition.partition


def partition_at(context: DeliveryContext, place: Partition) -> TopicPartition:
    """Return the partition of a mailbox at a place."""
    family, number = place
    return TopicPartition(topic_of(context.me, FAMILIES[family]), number)
