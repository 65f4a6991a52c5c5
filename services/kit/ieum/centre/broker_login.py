"""Checks a Kafka login by name and password."""

import time

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient

from ieum.centre.centre_file import CentreError
from ieum.centre.centre_settings import CentreSettings

ANSWER_SECONDS_MAX = 30.0
LOGIN_SECONDS_MAX = 10.0
PAUSE_SECONDS = 0.01
SILENT = 0

ConnectionSettings = dict[str, str | int | float | bool]


def connection_settings(settings: CentreSettings, username: str, password: str) -> ConnectionSettings:
    """Return what librdkafka needs to connect."""
    connection: ConnectionSettings = {
        "bootstrap.servers": settings.kafka_bootstrap,
        "security.protocol": settings.kafka_protocol,
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": username,
        "sasl.password": password,
        "log_level": SILENT,
    }
    if settings.kafka_ca_file is not None:
        connection["ssl.ca.location"] = str(settings.kafka_ca_file)
    return connection


def is_let_in(settings: CentreSettings, username: str, password: str) -> bool:
    """Whether the broker accepts a login; raises CentreError when it does not answer."""
    errors: list[KafkaError] = []
    client = AdminClient(connection_settings(settings, username, password), error_cb=errors.append)
    answer = client.describe_cluster(request_timeout=LOGIN_SECONDS_MAX)
    while not answer.done():
        client.poll(PAUSE_SECONDS)
        if any(error.code() == KafkaError._AUTHENTICATION for error in errors):  # noqa: SLF001  its name
            return False
    try:
        answer.result()
    except KafkaException as error:
        raise CentreError(
            f"Kafka at {settings.kafka_bootstrap} does not answer: {error.args[0].str()}. "
            "Look whether it runs, then apply again."
        ) from error
    return True


def wait_until_let_in(settings: CentreSettings, username: str, password: str) -> None:
    """Wait until the broker, which gets a new login from the controller, accepts it."""
    deadline = time.monotonic() + ANSWER_SECONDS_MAX
    while not is_let_in(settings, username, password):
        if time.monotonic() > deadline:
            raise CentreError(
                f"Kafka does not accept the login {username} that was just made; look at the broker's log."
            )
        time.sleep(PAUSE_SECONDS)
