"""The settings of a service, read once from the environment and passed down frozen."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    Field,
    IPvAnyNetwork,
    SecretStr,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from ieum_contracts.address import Address, AgencyId, CentreId

TROUBLES_MAX = 2_000
CLOCK_SPEED_MAX = 10_000
"""Seven days, in which a question is answered, pass in a minute: any faster, and nothing is done in time."""
_HOST = re.compile(r"\[[0-9a-f:.]{2,45}\]|[a-z0-9._-]{1,253}")
_EVERYWHERE = {"0.0.0.0", "[::]", ""}  # noqa: S104 - these are no host names
_NEITHER_IS_SET = "Set IEUM_KAFKA_PASSWORD, or IEUM_KAFKA_PASSWORD_FILE to a file that holds it."

_NO_KEYS = "Set IEUM_TOKEN_JWKS_FILE or IEUM_TOKEN_JWKS_URL, one of them, to the keys of IEUM_TOKEN_ISSUER."
_DSN_HOST = r"(?:\[[^\]]*\]|[^/?#@:,\[\]]*)(?::[0-9]{1,5})?"
_DSN = re.compile(rf"postgres(?:ql)?://(?:[^/?#@]*@)?{_DSN_HOST}(?:,{_DSN_HOST})*(?:/[^?#]*)?(?:\?[^#]*)?")
JWKS_URL = r"^(https://|http://(127\.0\.0\.1|localhost|\[::1\])[:/])"


def _is_dsn(dsn: SecretStr) -> SecretStr:
    if _DSN.fullmatch(dsn.get_secret_value()) is None:
        raise ValueError("It is no connection string. In a password write / as %2F, # as %23, @ as %40.")
    return dsn


Dsn = Annotated[SecretStr, AfterValidator(_is_dsn)]
"""A connection string; an error about it never repeats a part of it, for it may hold a password."""


class ServerSettings(BaseSettings):
    """The own database and the login at the broker, of whoever has both; a field is `IEUM_<FIELD>`."""

    model_config = SettingsConfigDict(
        env_prefix="IEUM_", frozen=True, extra="ignore", hide_input_in_errors=True
    )

    centre: CentreId = "yangju"
    centre_file: Path | None = Field(
        default=None, description="The centre's file, for its own closed and working days."
    )

    database_dsn: Dsn = Field(description="postgresql://role[:password]@host:port/database")
    database_password_file: Path | None = None

    kafka_bootstrap: str
    kafka_username: str
    kafka_password: SecretStr | None = None
    kafka_password_file: Path | None = None
    kafka_protocol: Literal["SASL_PLAINTEXT", "SASL_SSL"] = "SASL_PLAINTEXT"
    kafka_ca_file: Path | None = None

    metrics_from: Annotated[tuple[IPvAnyNetwork, ...], NoDecode] = Field(
        default=(), description="Networks, separated by commas, from which metrics are read without a token."
    )

    log_format: Literal["json", "console"] = "json"
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @field_validator("metrics_from", mode="before")
    @classmethod
    def _networks(cls, given: object) -> object:
        if not isinstance(given, str):
            return given
        return tuple(each.strip() for each in given.split(",") if each.strip())

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


class Settings(ServerSettings):
    """One agency's service; each field is the environment variable `IEUM_<FIELD>`."""

    agency: AgencyId
    package: str | None = Field(
        default=None,
        description="Python package of the agency; by default services.<agency with underscores>.",
    )

    http_host: str = "127.0.0.1"
    http_port: int = Field(default=8080, ge=0, le=65535)
    http_hosts: Annotated[frozenset[str], NoDecode] = Field(
        default=frozenset(),
        description="Names, separated by commas and without ports, by which the service is called; "
        "localhost, 127.0.0.1, [::1] and a given IEUM_HTTP_HOST are always among them.",
    )

    token_issuer: str = Field(
        min_length=1, description="`iss` of the tokens that are taken: the address of their issuer."
    )
    token_jwks_file: Path | None = Field(default=None, description="File with the issuer's public keys.")
    token_jwks_url: str | None = Field(
        default=None, pattern=JWKS_URL, description="The same as an address: https, or http on loopback."
    )
    jwt_algorithm: Literal["ES256", "RS256", "PS256", "Ed25519"] = "ES256"
    login_url: str | None = Field(
        default=None, description="Page of an embedded stack's issuer where one logs in to the documentation."
    )
    person_calls_per_second: float = Field(default=50, gt=0, description="Of one account.")
    system_calls_per_second: float = Field(default=5_000, gt=0, description="Of one agency's own system.")
    traces_url: str | None = Field(
        default=None,
        pattern=r"^https?://",
        description="Where spans go by OTLP over HTTP, as http://collector:4318/v1/traces; else nowhere.",
    )

    source_troubles_max: int = Field(
        default=TROUBLES_MAX, ge=1, description="Wrong events of one source in an hour, before it is held."
    )

    clock_start: AwareDatetime | None = Field(
        default=None, description="For demonstrations: from when on the agency's time is not the machine's."
    )
    clock_shows: AwareDatetime | None = Field(
        default=None, description="The agency's time at IEUM_CLOCK_START; by default the machine's."
    )
    clock_speed: float = Field(
        default=1.0,
        ge=1,
        le=CLOCK_SPEED_MAX,
        allow_inf_nan=False,
        description="How fast the agency's time passes from IEUM_CLOCK_START on.",
    )

    @field_validator("http_hosts", mode="before")
    @classmethod
    def _names(cls, given: object) -> object:
        if not isinstance(given, str):
            return given
        names = [each.strip().lower() for each in given.split(",") if each.strip()]
        if not all(_HOST.fullmatch(each) for each in names):
            raise ValueError("IEUM_HTTP_HOSTS takes names alone: agency.example,10.0.0.5,[fd00::5]; no port.")
        return frozenset(names)

    @model_validator(mode="after")
    def _keys_of_the_issuer(self) -> Self:
        if (self.token_jwks_file is None) == (self.token_jwks_url is None):
            raise ValueError(_NO_KEYS)
        return self

    @model_validator(mode="after")
    def _one_clock(self) -> Self:
        if self.clock_start is None and (self.clock_shows is not None or self.clock_speed != 1):
            raise ValueError(
                "IEUM_CLOCK_START is not set: IEUM_CLOCK_SPEED and IEUM_CLOCK_SHOWS count from it"
            )
        return self

    @property
    def address(self) -> Address:
        """The agency's address on the wire."""
        return Address(self.centre, self.agency)

    @property
    def served_hosts(self) -> frozenset[str]:
        """The host names under which others call the service, besides those of its own machine."""
        host = f"[{self.http_host}]" if ":" in self.http_host else self.http_host
        return self.http_hosts | ({host} - _EVERYWHERE)

    @property
    def agency_package(self) -> str:
        """The Python package that declares the agency."""
        return self.package or f"services.{self.agency.replace('-', '_')}"
