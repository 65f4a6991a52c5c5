"""How a test's own Kafka clients reach a centre's broker: as its administrator."""

from typing import Any

from ieum.centre.centre_settings import CentreSettings
from ieum.delivery.connection_arguments import SASL_MECHANISM


def admin_connection(settings: CentreSettings) -> dict[str, Any]:
    """Return the arguments of a client of aiokafka."""
    return {
        "bootstrap_servers": settings.kafka_bootstrap,
        "security_protocol": settings.kafka_protocol,
        "sasl_mechanism": SASL_MECHANISM,
        "sasl_plain_username": settings.kafka_admin_username,
        "sasl_plain_password": settings.kafka_admin_secret(),
    }
