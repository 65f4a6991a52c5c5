"""The settings of the console: its own database, and the operators' login at the broker."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from ieum_contracts.address import CentreId

_NEITHER_IS_SET = "Set IEUM_KAFKA_PASSWORD, or IEUM_KAFKA_PASSWORD_FILE to a file that holds it."


class ConsoleSettings(BaseSettings):
    """The console of one centre; each field is the environment variable `IEUM_<FIELD>`."""

    model_config = SettingsConfigDict(
        env_prefix="IEUM_", frozen=True, extra="ignore", hide_input_in_errors=True
    )

    centre: CentreId = "yangju"
    centre_file: Path | None = Field(
        default=None, description="The centre's file, for its own closed and working days."
    )

    database_dsn: SecretStr = Field(description="postgresql://role[:password]@host:port/database")
    database_password_file: Path | None = None

    kafka_bootstrap: str
    kafka_username: str
    kafka_password: SecretStr | None = None
    kafka_password_file: Path | None = None
    kafka_protocol: Literal["SASL_PLAINTEXT", "SASL_SSL"] = "SASL_PLAINTEXT"
    kafka_ca_file: Path | None = None

    http_host: str = "127.0.0.1"
    http_port: int = Field(default=8090, ge=0, le=65535)

    log_format: Literal["json", "console"] = "json"
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @model_validator(mode="after")
    def _one_password(self) -> Self:
        if self.kafka_password is None and self.kafka_password_file is None:
            raise ValueError(_NEITHER_IS_SET)
        return self

    def kafka_secret(self) -> str:
        """Read the Kafka password; raises OSError when its file cannot be read."""
        if self.kafka_password is not None:
            return self.kafka_password.get_secret_value()
        if self.kafka_password_file is None:
            raise ValueError(_NEITHER_IS_SET)
        return self.kafka_password_file.read_text().strip()

    def database_secret(self) -> str | None:
        """Read the database password from its file; None when it stands in the DSN."""
        read = self.database_login()
        return None if read is None else read()

    def database_login(self) -> Callable[[], str] | None:
        """Return what reads the password anew for each connection; None when it stands in the DSN."""
        file = self.database_password_file
        return None if file is None else lambda: file.read_text().strip()
