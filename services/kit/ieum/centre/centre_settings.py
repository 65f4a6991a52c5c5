"""The settings for setting up a centre: its servers and their administrators."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from ieum.settings import Dsn

_NEITHER_IS_SET = "Set IEUM_KAFKA_ADMIN_PASSWORD, or IEUM_KAFKA_ADMIN_PASSWORD_FILE to a file that holds it."


class CentreSettings(BaseSettings):
    """The administrator's settings; each field is the environment variable `IEUM_<FIELD>`."""

    model_config = SettingsConfigDict(
        env_prefix="IEUM_", frozen=True, extra="ignore", hide_input_in_errors=True
    )

    centre_file: Path = Path("infra/centre.toml")
    secrets_folder: Path = Field(
        default=Path(".ieum/secrets"),
        description="A file per password, readable by its owner alone: <agency>/kafka, <agency>/database.",
    )

    database_admin_dsn: Dsn = Field(description="postgresql://role[:password]@host:port/database")
    database_admin_password_file: Path | None = None

    kafka_bootstrap: str
    kafka_admin_username: str = "admin"
    kafka_admin_password: SecretStr | None = None
    kafka_admin_password_file: Path | None = None
    kafka_protocol: Literal["SASL_PLAINTEXT", "SASL_SSL"] = "SASL_PLAINTEXT"
    kafka_ca_file: Path | None = None

    token_issuer: str | None = Field(
        default=None, description="Issuer of the agencies' tokens, where this machine runs them."
    )
    token_jwks_file: Path | None = None
    login_url: str | None = None

    @model_validator(mode="after")
    def _one_password(self) -> Self:
        if self.kafka_admin_password is None and self.kafka_admin_password_file is None:
            raise ValueError(_NEITHER_IS_SET)
        return self

    def kafka_admin_secret(self) -> str:
        """Read the password of Kafka's administrator; raises OSError when its file cannot be read."""
        if self.kafka_admin_password is not None:
            return self.kafka_admin_password.get_secret_value()
        if self.kafka_admin_password_file is None:
            raise ValueError(_NEITHER_IS_SET)
        return self.kafka_admin_password_file.read_text().strip()

    def database_admin_secret(self) -> str | None:
        """Read the password of PostgreSQL's administrator; None when it stands in the DSN."""
        file = self.database_admin_password_file
        return None if file is None else file.read_text().strip()
