"""The floor: aiokafka alone, no database, nothing kept. What any service on this broker has to pay."""

import asyncio
from typing import Any

import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from bench.load import Load
from bench.obey import obey, take_voice
from bench.place import Place, read_place
from bench.referral import answer, encoded, referral
from bench.trips import Trips

READ_MAX = 500


def connection(place: Place) -> dict[str, Any]:
    """Give the arguments of an aiokafka client."""
    return {
        "bootstrap_servers": place.bootstrap,
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": place.username,
        "sasl_plain_password": place.password,
    }


async def main() -> None:
    """Send and count answers, or answer; which of both, the place says."""
    voice, place = take_voice(), read_place()
    producer = AIOKafkaProducer(**connection(place), acks="all", max_batch_size=262144)
    consumer = AIOKafkaConsumer(
        place.reads, **connection(place), group_id=place.group, auto_offset_reset="earliest"
    )
    await producer.start()
    await consumer.start()
    trips = Trips()
    load = Load(_sender(producer, place), trips)
    reading = asyncio.create_task(_read(consumer, producer, place, trips))
    try:
        await obey(voice, {"begin": load.begin, "mark": load.mark, "stop": load.stop})
    finally:
        reading.cancel()
        await consumer.stop()
        await producer.stop()


def _sender(producer: AIOKafkaProducer, place: Place) -> Any:
    async def send(key: str) -> str:
        await (await producer.send(place.writes, encoded(referral(key)), key=key.encode()))
        return key

    return send


async def _read(consumer: AIOKafkaConsumer, producer: AIOKafkaProducer, place: Place, trips: Trips) -> None:
    while True:
        for records in (await consumer.getmany(timeout_ms=1000, max_records=READ_MAX)).values():
            for record in records:
                key = record.key.decode()
                if place.variant == "recipient":
                    await producer.send(place.writes, encoded(answer(key)), key=record.key)
                else:
                    trips.end(key)


if __name__ == "__main__":
    uvloop.run(main())
