"""An agency that shares no code with ours: a Kafka login, its mailboxes, and records as they are."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from ieum.centre.credentials import AgencyAccess
from ieum_contracts.topics import STREAM_FAMILIES, Family, topic_of

WAIT_SECONDS_MAX = 90.0


@dataclass(frozen=True)
class Heard:
    """One record as it lies in a mailbox."""

    topic: str
    key: str
    headers: Mapping[str, str]
    body: bytes


class Stranger:
    """Reads its mailboxes into memory and writes into those of others."""

    def __init__(self, access: AgencyAccess) -> None:
        self._access = access
        self.address = access.address
        self._heard: list[Heard] = []
        self._came = asyncio.Condition()
        self._reading: asyncio.Task[None] | None = None
        self._producer: AIOKafkaProducer
        self._consumer: AIOKafkaConsumer

    async def start(self) -> None:
        """Log in, and read from the beginning."""
        connection: dict[str, Any] = {
            "bootstrap_servers": self._access.kafka_bootstrap,
            "security_protocol": self._access.kafka_protocol,
            "sasl_mechanism": "SCRAM-SHA-512",
            "sasl_plain_username": self._access.kafka_username,
            "sasl_plain_password": self._access.kafka_password,
        }
        self._producer = AIOKafkaProducer(**connection, enable_idempotence=True, acks="all")
        self._consumer = AIOKafkaConsumer(
            *(topic_of(self.address, family) for family in (*STREAM_FAMILIES, Family.DELIVERY)),
            **connection,
            group_id=self._access.kafka_username,
            auto_offset_reset="earliest",
        )
        await self._producer.start()
        await self._consumer.start()
        self._reading = asyncio.create_task(self._read())

    async def stop(self) -> None:
        """Log out."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
        await self._consumer.stop()
        await self._producer.stop()

    async def say(self, topic: str, key: str, headers: Sequence[tuple[str, bytes]], body: bytes) -> None:
        """Write one record; the client's own partitioner is murmur2."""
        await self._producer.send_and_wait(topic, body, key.encode(), headers=list(headers))

    async def next(self, wanted: Callable[[Heard], bool]) -> Heard:
        """Take the next record that is wanted, and wait for it."""
        async with asyncio.timeout(WAIT_SECONDS_MAX), self._came:
            while True:
                found = next((heard for heard in self._heard if wanted(heard)), None)
                if found is not None:
                    self._heard.remove(found)
                    return found
                await self._came.wait()

    def left(self, keys: set[str]) -> list[Heard]:
        """Give what was said under these keys and nobody has taken."""
        return [heard for heard in self._heard if heard.key in keys]

    async def _read(self) -> None:
        async for record in self._consumer:
            headers = {name: value.decode() for name, value in record.headers}
            async with self._came:
                self._heard.append(Heard(record.topic, record.key.decode(), headers, record.value))
                self._came.notify_all()
