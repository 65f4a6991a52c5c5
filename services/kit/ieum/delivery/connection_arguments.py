"""The connection arguments that all our Kafka clients share."""

import ssl
from collections.abc import Callable
from functools import partial
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaConnectionError

from ieum.settings import ServerSettings

SASL_MECHANISM = "SCRAM-SHA-512"


def connection_arguments(settings: ServerSettings) -> dict[str, Any]:
    """Return the arguments of an aiokafka client; raises OSError when the password file cannot be read."""
    return {
        "bootstrap_servers": settings.kafka_bootstrap,
        "security_protocol": settings.kafka_protocol,
        "ssl_context": ssl_context(settings),
        "sasl_mechanism": SASL_MECHANISM,
        "sasl_plain_username": settings.kafka_username,
        "sasl_plain_password": settings.kafka_secret(),
    }


def ssl_context(settings: ServerSettings) -> ssl.SSLContext | None:
    """Return the TLS context; None on a plain listener."""
    if settings.kafka_protocol == "SASL_PLAINTEXT":
        return None
    return ssl.create_default_context(cafile=settings.kafka_ca_file)


def not_waiting_for_topics(build: Callable[..., AIOKafkaConsumer]) -> Callable[..., AIOKafkaConsumer]:
    """Let the consumers that `build` makes start though a topic is missing, which they join once it is there.

    aiokafka would wait for it 40 seconds and fail, so that the topics that are there are not read either.
    """

    def build_another(**arguments: Any) -> AIOKafkaConsumer:
        consumer = build(**arguments)
        object.__setattr__(consumer, "_wait_topics", partial(_ask_for_topics, consumer))
        return consumer

    return build_another


async def _ask_for_topics(consumer: AIOKafkaConsumer) -> None:
    """Ask the broker once which topics it has."""
    if not await vars(consumer)["_client"].force_metadata_update():
        raise KafkaConnectionError("No broker answers.")
