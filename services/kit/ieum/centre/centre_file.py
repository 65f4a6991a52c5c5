"""The file that says which agencies a centre has (infra/centre.toml)."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator

from ieum.casework.business_days import NO_OWN_DAYS, OwnDays
from ieum.errors import IeumError
from ieum_contracts.address import Address, AgencyId, CentreId

DATABASE_NAME_BYTES_MAX = 63
"""PostgreSQL cuts longer identifiers, so two agencies could get one database."""

CONSOLE = "console"
"""The owner of what belongs to the centre's operators; no agency can have this name."""

Package = Annotated[
    str, StringConstraints(pattern=r"^[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)*$", max_length=200)
]


class CentreError(IeumError):
    """A centre cannot be set up as its file says; the text says what to change."""


class CentreFileError(CentreError):
    """The centre's file is missing, or does not describe a centre."""


class Name(BaseModel):
    """The centre's name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ko: str = Field(min_length=1, max_length=100)
    en: str = Field(min_length=1, max_length=100)


class Foreign(BaseModel):
    """An agency whose service is built and run elsewhere: it has mailboxes and a login here, and no more."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    foreign: Literal[True]


class Centre(BaseModel):
    """A centre: its id, its names, and of each agency the Python package that declares it, or `Foreign`.

    `calendar` holds the centre's own closed and working days.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    centre: CentreId
    name: Name
    agencies: Mapping[AgencyId, Package | Foreign] = Field(min_length=1)
    calendar: OwnDays = NO_OWN_DAYS

    @field_validator("agencies")
    @classmethod
    def _no_agency_is_the_console(cls, agencies: Mapping[str, str | Foreign]) -> Mapping[str, str | Foreign]:
        if CONSOLE in agencies:
            raise ValueError("No agency can be called console: that is the login of the centre's operators.")
        return agencies

    def addresses(self) -> tuple[Address, ...]:
        """List the agencies' addresses, in the order of the file."""
        return tuple(Address(self.centre, agency) for agency in self.agencies)

    @property
    def packages(self) -> Mapping[str, str]:
        """The agencies that run here, with the packages that declare them: all but the foreign ones."""
        return {name: package for name, package in self.agencies.items() if isinstance(package, str)}

    def own_addresses(self) -> tuple[Address, ...]:
        """List the addresses of the agencies that have a process and a database here."""
        return tuple(Address(self.centre, agency) for agency in self.packages)

    def foreign_addresses(self) -> tuple[Address, ...]:
        """List the addresses of the agencies that run elsewhere."""
        return tuple(address for address in self.addresses() if address.agency not in self.packages)


def read_centre(path: Path) -> Centre:
    """Read a centre's file; raises CentreFileError when it is missing or invalid."""
    try:
        centre = Centre.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise CentreFileError(
            f"There is no file {path}; name the centre's file with IEUM_CENTRE_FILE."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CentreFileError(f"{path} is not valid TOML: {error}.") from error
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise CentreFileError(f"{path} does not describe a centre: {problems}.") from error
    for address in centre.addresses():
        database_name(address)
    return centre


def console_database(centre: str) -> str:
    """Return the name of the operators' own database and of its role."""
    return database_name(Address(centre, CONSOLE))


def database_name(address: Address) -> str:
    """Return the name of an agency's database and of its role."""
    name = f"{address.centre}_{address.agency}".replace("-", "_")
    if len(name) > DATABASE_NAME_BYTES_MAX:
        raise CentreError(
            f"The database name {name} has more than {DATABASE_NAME_BYTES_MAX} characters; "
            "shorten the agency's id."
        )
    return name
