"""What the console of a centre needs to reach its own database and the topics."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from ieum.centre.centre_file import CONSOLE, Centre, console_database
from ieum.centre.centre_settings import CentreSettings
from ieum.centre.passwords import Secrets
from ieum_contracts.topics import console_login


def console_values(centre: Centre, settings: CentreSettings) -> Mapping[str, str]:
    """Return the fields of `ConsoleSettings` that follow from a centre that was set up."""
    secrets = Secrets(settings.secrets_folder.absolute())
    database = console_database(centre.centre)
    location = urlsplit(settings.database_admin_dsn.get_secret_value()).netloc.rpartition("@")[2]
    values = {
        "centre": centre.centre,
        "database_dsn": f"postgresql://{database}@{location}/{database}",
        "database_password_file": str(secrets.path(CONSOLE, "database")),
        "kafka_bootstrap": settings.kafka_bootstrap,
        "kafka_username": console_login(centre.centre),
        "kafka_password_file": str(secrets.path(CONSOLE, "kafka")),
        "kafka_protocol": settings.kafka_protocol,
    }
    if settings.centre_file.is_file():
        values["centre_file"] = str(settings.centre_file.absolute())
    found = {
        "kafka_ca_file": settings.kafka_ca_file,
        "token_issuer": settings.token_issuer,
        "token_jwks_file": settings.token_jwks_file,
    }
    values |= {name: str(value) for name, value in found.items() if value is not None}
    return values
