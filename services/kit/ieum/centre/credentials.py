"""What one agency's service needs to reach its own database and mailboxes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from ieum.centre.centre_file import Centre, CentreError, database_name
from ieum.centre.centre_settings import CentreSettings
from ieum.centre.passwords import Secrets
from ieum_contracts.address import Address
from ieum_contracts.topics import login

_WHERE = frozenset({"host", "port", "target_session_attrs", "gssencmode"})


@dataclass(frozen=True, slots=True)
class AgencyAccess:
    """An agency's credentials; passwords are in files and are read when they are needed."""

    address: Address
    package: str
    database: str
    database_location: str
    database_password_file: Path
    kafka_bootstrap: str
    kafka_username: str
    kafka_password_file: Path
    kafka_protocol: str
    kafka_ca_file: Path | None
    centre_file: Path | None = None
    database_parameters: str = ""
    """How the database is connected to, with the leading `?`: TLS, as the administrator's own connection."""
    issuer: Mapping[str, str] = field(default_factory=dict)
    """Settings of the issuer of tokens, where the administrator's settings name it."""

    @property
    def dsn(self) -> str:
        """The connection string of the agency's role, password included."""
        password = quote(self.database_password_file.read_text().strip(), safe="")
        return self._dsn(f"{self.database}:{password}")

    def _dsn(self, who: str) -> str:
        return f"postgresql://{who}@{self.database_location}/{self.database}{self.database_parameters}"

    @property
    def kafka_password(self) -> str:
        """The password of the agency's Kafka login."""
        return self.kafka_password_file.read_text().strip()

    def values(self) -> Mapping[str, str]:
        """Return the fields of `ieum.settings.Settings` that follow from this."""
        values = {
            "centre": self.address.centre,
            "agency": self.address.agency,
            "package": self.package,
            "database_dsn": self._dsn(self.database),
            "database_password_file": str(self.database_password_file),
            "kafka_bootstrap": self.kafka_bootstrap,
            "kafka_username": self.kafka_username,
            "kafka_password_file": str(self.kafka_password_file),
            "kafka_protocol": self.kafka_protocol,
        }
        if self.centre_file is not None:
            values["centre_file"] = str(self.centre_file)
        if self.kafka_ca_file is not None:
            values["kafka_ca_file"] = str(self.kafka_ca_file)
        return {**values, **self.issuer}

    def environment(self) -> dict[str, str]:
        """Return the same as environment variables, for a process of its own."""
        return {f"IEUM_{name.upper()}": value for name, value in self.values().items()}


def agency_access(centre: Centre, settings: CentreSettings, agency: str) -> AgencyAccess:
    """Return an agency's credentials; raises CentreError when the centre has no such agency."""
    if agency not in centre.agencies:
        raise CentreError(
            f"The centre {centre.centre} has no agency {agency}; "
            f"its agencies are {', '.join(centre.agencies)}."
        )
    if agency not in centre.packages:
        raise CentreError(
            f"{agency} is a foreign agency: it runs elsewhere and has no database here. "
            f"Its Kafka password is in the folder {agency} of IEUM_SECRETS_FOLDER."
        )
    address = Address(centre.centre, agency)
    secrets, admin = Secrets(settings.secrets_folder.absolute()), settings.database_admin_dsn
    return AgencyAccess(
        address=address,
        package=centre.packages[agency],
        database=database_name(address),
        database_location=urlsplit(admin.get_secret_value()).netloc.rpartition("@")[2],
        database_parameters=_parameters(admin.get_secret_value()),
        database_password_file=secrets.path(agency, "database"),
        kafka_bootstrap=settings.kafka_bootstrap,
        kafka_username=login(address),
        kafka_password_file=secrets.path(agency, "kafka"),
        kafka_protocol=settings.kafka_protocol,
        kafka_ca_file=settings.kafka_ca_file,
        centre_file=settings.centre_file.absolute() if settings.centre_file.is_file() else None,
        issuer=_issuer(settings),
    )


def _parameters(dsn: str) -> str:
    """Return the parameters of a connection string that say how, not who: TLS, and which of several hosts."""
    given = parse_qsl(urlsplit(dsn).query)
    kept = [(name, value) for name, value in given if name.startswith("ssl") or name in _WHERE]
    return f"?{urlencode(kept)}" if kept else ""


def _issuer(settings: CentreSettings) -> Mapping[str, str]:
    found = {
        "token_issuer": settings.token_issuer,
        "token_jwks_file": settings.token_jwks_file,
        "login_url": settings.login_url,
    }
    return {name: str(value) for name, value in found.items() if value is not None}
