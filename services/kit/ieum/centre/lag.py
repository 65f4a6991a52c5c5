"""Each agency's lag behind its mailboxes, in records and seconds, from the broker."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from aiokafka.helpers import create_ssl_context

from ieum.centre.centre_file import CentreError
from ieum.centre.centre_settings import CentreSettings
from ieum.delivery.connection_arguments import SASL_MECHANISM
from ieum.delivery.streams.stream import FAMILIES
from ieum_contracts.address import Address
from ieum_contracts.topics import MAILBOX_PARTITIONS, STREAM_FAMILIES, login, topic_of

ANSWER_SECONDS_MAX = 20.0
POLL_MS, POLLS_MAX = 500, 10

Places = Mapping[tuple[str, int], int]
"""The next offset by topic and partition."""


@dataclass(frozen=True, slots=True)
class Lag:
    """The unread records, and the age of the oldest in seconds."""

    records: int
    seconds: float | None


async def read_lag(settings: CentreSettings, read: Mapping[Address, Places | None]) -> dict[Address, Lag]:
    """Compare how far agencies have read with the ends of their mailboxes; raises CentreError.

    `read` holds the next offsets; when it is None, as for a foreign agency, its group's offsets are used.
    """
    try:
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            return {address: await _lag(settings, address, places) for address, places in read.items()}
    except (KafkaError, OSError, TimeoutError) as error:
        raise CentreError(
            f"Kafka does not say how far the mailboxes go ({type(error).__name__}). "
            "Look at IEUM_KAFKA_BOOTSTRAP, and run `ieum centre apply`."
        ) from error


async def _lag(settings: CentreSettings, address: Address, read: Places | None) -> Lag:
    """Read with the agency's own group when its offsets are used; nothing is ever committed."""
    consumer = AIOKafkaConsumer(**_connection(settings), group_id=login(address) if read is None else None)
    await consumer.start()
    try:
        places = _places(address)
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        if read is None:
            at = {place: await consumer.committed(place) or 0 for place in places}
        else:
            at = {place: read.get((place.topic, place.partition), 0) for place in places}
        behind = {place: ends[place] - at[place] for place in places if ends[place] > at[place]}
        oldest = await _oldest(consumer, {place: at[place] for place in behind})
    finally:
        await consumer.stop()
    return Lag(sum(behind.values()), None if oldest is None else max(0.0, time.time() - oldest))


async def _oldest(consumer: AIOKafkaConsumer, places: Mapping[TopicPartition, int]) -> float | None:
    """Return when the oldest record from these offsets on was written; None without one."""
    if not places:
        return None
    consumer.pause(*(place for place in consumer.assignment() if place not in places))
    for place, offset in places.items():
        consumer.seek(place, offset)
    first: dict[TopicPartition, int] = {}
    for _ in range(POLLS_MAX):
        for place, records in (await consumer.getmany(timeout_ms=POLL_MS)).items():
            first.setdefault(place, records[0].timestamp)
        if first.keys() >= places.keys():
            break
    return min(first.values()) / 1000 if first else None


def _connection(settings: CentreSettings) -> dict[str, Any]:
    secure = settings.kafka_protocol == "SASL_SSL"
    return {
        "bootstrap_servers": settings.kafka_bootstrap,
        "security_protocol": settings.kafka_protocol,
        "ssl_context": create_ssl_context(cafile=settings.kafka_ca_file) if secure else None,
        "sasl_mechanism": SASL_MECHANISM,
        "sasl_plain_username": settings.kafka_admin_username,
        "sasl_plain_password": settings.kafka_admin_secret(),
        "auto_offset_reset": "earliest",
        "enable_auto_commit": False,
        "isolation_level": "read_committed",
    }


def _places(address: Address) -> list[TopicPartition]:
    return [
        TopicPartition(topic_of(address, family), partition)
        for family in FAMILIES.values()
        for partition in range(MAILBOX_PARTITIONS if family in STREAM_FAMILIES else 1)
    ]
