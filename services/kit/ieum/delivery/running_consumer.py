"""What aiokafka does not do for a consumer that runs on: log in anew, and tell that it reads no more."""

# ruff: noqa: SLF001 - aiokafka has no other way

import asyncio
import traceback
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer

from ieum.delivery.connection_arguments import ssl_context
from ieum.settings import ServerSettings


class ReadingEndedError(Exception):
    """The reading task has ended; the text says with which error and where, and nothing of a record."""


def renew_login(consumer: AIOKafkaConsumer, settings: ServerSettings) -> None:
    """Let its next connections log in with the password, and trust the certificate authority, of today.

    aiokafka keeps those that it was made with and never says that a login is refused: it tries again.
    Raises OSError when a file cannot be read.
    """
    consumer._client._sasl_plain_password = settings.kafka_secret()
    consumer._client._ssl_context = ssl_context(settings)


def check_reading(consumer: AIOKafkaConsumer) -> None:
    """Raise ReadingEndedError where it would give nothing for ever; after that it can be stopped as ever."""
    fetcher: Any = consumer._fetcher
    task = fetcher._fetch_task
    if task.done():  # what it ended with would come out of closing, which would end there
        fetcher._fetch_task = asyncio.create_task(asyncio.sleep(0))
        raise ReadingEndedError(_end_of(task))


def _end_of(task: "asyncio.Task[None]") -> str:
    error = None if task.cancelled() else task.exception()
    if error is None:
        return "it has ended"
    error = error.__cause__ or error
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(place.filename).name}:{place.lineno}"
