"""Finds the centre of this folder by an entry point, when another distribution runs one."""

from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Protocol

from ieum.access.callers import Role
from ieum.centre.centre_settings import CentreSettings
from ieum.centre.issuer_key import IssuerKey
from ieum.cli.exits import CommandError, Exit

LOCAL_CENTRE_GROUP = "ieum.local_centre"


class LocalCentre(Protocol):
    """What a distribution that runs a centre on this machine offers to the kit's commands."""

    def admin_settings(self) -> CentreSettings:
        """Return the administrator's settings; raises CommandError when no centre runs here."""
        ...

    def agency_environment(self, agency: str) -> Mapping[str, str]:
        """Return the settings of an agency's service as environment variables; raises CommandError."""
        ...

    def agency_urls(self) -> Mapping[str, str]:
        """Map agencies to the addresses of their APIs; empty when nothing was ever started here."""
        ...

    def token(self, agency: str, role: Role) -> str | None:
        """Return a token for an agency in a role; None when nothing was ever started here."""
        ...

    def issuer(self) -> tuple[IssuerKey, str]:
        """Return the signing key of the centre's own issuer, and the centre's id; raises CommandError."""
        ...


def find_local_centre() -> LocalCentre | None:
    """Return the local centre; None when no such distribution is installed."""
    for found in entry_points(group=LOCAL_CENTRE_GROUP):
        local: LocalCentre = found.load()
        return local
    return None


def local_centre() -> LocalCentre:
    """Return the local centre; raises CommandError when there is none."""
    local = find_local_centre()
    if local is None:
        raise CommandError(
            Exit.USAGE,
            "The environment names no centre: set IEUM_DATABASE_ADMIN_DSN and IEUM_KAFKA_BOOTSTRAP "
            "(for one agency IEUM_DATABASE_DSN), or install ieum-lab for a centre on this machine.",
        )
    return local
