"""What is asked of aiokafka's client beyond sending: fresh metadata, and an end in bounded time."""

import asyncio
from contextlib import suppress

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError, KafkaError

STOP_SECONDS_MAX = 2.0


async def refresh(client: AIOKafkaProducer) -> None:
    """Ask for the topics and their leaders again; raises KafkaConnectionError when no broker answers."""
    if not await client.client.force_metadata_update():
        raise KafkaConnectionError("No broker answers.")


async def stop_client(client: AIOKafkaProducer) -> None:
    """Stop a client; one that cannot flush, because the broker is silent, would else try for ever."""
    sender = client._sender  # noqa: SLF001 no other way to end it
    for end in (client.stop, sender.close, client.client.close):
        with suppress(KafkaError, OSError, TimeoutError, asyncio.CancelledError):
            async with asyncio.timeout(STOP_SECONDS_MAX):
                await end()
