"""Records as anybody who may write to a mailbox could make them: right ones, and wrong in every way."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Self
from uuid import UUID

from aiokafka import AIOKafkaProducer
from aiokafka.record.util import calc_crc32c
from confluent_kafka import Producer
from uuid_utils.compat import uuid7

from ieum.delivery.records.partitions import partition_of
from ieum_contracts import envelope
from ieum_contracts.address import Address
from ieum_contracts.catalogue import EVENT_TYPES, dataschema_of, encode, type_of
from ieum_contracts.envelope import Envelope
from ieum_contracts.model import Model
from ieum_contracts.topics import topic_of
from ieum_lab.embedded.kafka import admin_settings
from ieum_lab.embedded.stack import Stack

FLUSH_SECONDS_MAX = 10.0
CRC_AT, CRC_FROM = 17, 21


@dataclass(frozen=True, slots=True)
class Raw:
    """One record before it is produced."""

    topic: str
    partition: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]

    def having(self, name: str, value: bytes | None) -> Self:
        """Change one header."""
        return replace(self, headers=tuple((n, value if n == name else v) for n, v in self.headers))

    def plus(self, *headers: tuple[str, bytes | None]) -> Self:
        """Add headers."""
        return replace(self, headers=(*self.headers, *headers))

    def without(self, name: str) -> Self:
        """Leave one header out."""
        return replace(self, headers=tuple((n, v) for n, v in self.headers if n != name))

    def saying(self, value: bytes | None) -> Self:
        """Change the body."""
        return replace(self, value=value)


def event(
    source: Address,
    recipient: Address,
    key: UUID,
    sequence: int,
    body: Model,
    *,
    cause: str | None = None,
) -> Raw:
    """Make the record that `source` would send."""
    family = EVENT_TYPES[type_of(body)].family
    written = envelope.write(
        Envelope(
            id=uuid7(),
            source=source,
            type=type_of(body),
            time=datetime.now(UTC),
            subject=str(key),
            recipient=recipient,
            dataschema=dataschema_of(body),
            sequence=sequence,
            causation=cause,
        )
    )
    wire_key = str(key).encode()
    return Raw(topic_of(recipient, family), partition_of(wire_key), wire_key, encode(body), tuple(written))


def produce(stack: Stack, records: Sequence[Raw], compression: str = "none") -> None:
    """Produce records in order, as the administrator, who may write anywhere; returns when all are taken."""
    failed: list[str] = []
    producer = Producer(
        admin_settings(stack.kafka.record)
        | {"compression.type": compression, "linger.ms": 1, "message.max.bytes": 2_000_000, "acks": "all"}
    )
    for record in records:
        producer.produce(
            record.topic,
            record.value,
            record.key,
            record.partition,
            headers=list(record.headers),
            on_delivery=lambda error, _: failed.append(str(error)) if error else None,
        )
    assert producer.flush(FLUSH_SECONDS_MAX) == 0
    assert not failed, failed[0]


def as_admin(stack: Stack) -> dict[str, Any]:
    """Return the settings of an aiokafka client that logs in as the administrator."""
    return {
        "bootstrap_servers": stack.kafka_bootstrap,
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": stack.kafka_admin.username,
        "sasl_plain_password": stack.kafka_admin.password,
    }


async def produce_with_name(stack: Stack, records: Sequence[Raw], placeholder: bytes, name: bytes) -> None:
    """Produce records in one batch, a header's name replaced by bytes that no client would send."""
    assert len(placeholder) == len(name)
    producer = AIOKafkaProducer(**as_admin(stack))
    await producer.start()
    batch = producer.create_batch()
    for record in records:
        assert batch.append(timestamp=None, key=record.key, value=record.value, headers=list(record.headers))
    batch.close()
    data = bytearray(bytes(batch._build()).replace(placeholder, name))
    struct.pack_into(">I", data, CRC_AT, calc_crc32c(bytes(data[CRC_FROM:])))
    batch._buffer = data
    try:
        await (await producer.send_batch(batch, records[0].topic, partition=records[0].partition))
    finally:
        await producer.stop()


def as_said(template: Raw, headers: bytes, body: bytes) -> Raw:
    """Make the very record that a ledger entry was sent as, on the template's stream."""
    return replace(template, headers=tuple(envelope.from_canonical(headers)), value=body)
