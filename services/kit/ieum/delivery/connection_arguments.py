"""The connection arguments that all our Kafka clients share."""

import ssl
from typing import Any

from aiokafka import AIOKafkaConsumer

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


def renew_password(consumer: AIOKafkaConsumer, settings: ServerSettings) -> None:
    """Let a running consumer log in with the password of today at its next connection.

    aiokafka keeps the password that it was made with and never says that a login is refused: it tries again.
    Raises OSError when the password file cannot be read.
    """
    consumer._client._sasl_plain_password = settings.kafka_secret()  # noqa: SLF001 no other way
