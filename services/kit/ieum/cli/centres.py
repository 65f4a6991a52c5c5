"""Which centre a command is about: the one in the environment, else the embedded one of this folder."""

import os

from ieum.centre import AgencyAccess, Centre, CentreError, CentreSettings, agency_access, read_centre
from ieum.cli.exits import CommandError, Exit

TOLD = ("IEUM_DATABASE_ADMIN_DSN", "IEUM_KAFKA_BOOTSTRAP")
"""Where one of these is set, the environment says everything; else the embedded stack does."""


def is_told() -> bool:
    """Say whether the environment names a centre."""
    return any(map(os.environ.get, TOLD))


def centre_settings() -> CentreSettings:
    """Read the administrator's settings; raises CommandError when there are none and no stack runs here."""
    if is_told():
        return CentreSettings.model_validate({})
    from ieum_lab.commands.running_stack import embedded_settings  # noqa: PLC0415 - a server has no embedded stack

    return embedded_settings()


def centre_of(settings: CentreSettings) -> Centre:
    """Read the centre's file; raises CommandError when it is missing or wrong."""
    try:
        return read_centre(settings.centre_file)
    except CentreError as error:
        raise CommandError(Exit.USAGE, str(error)) from error


def access_to(centre: Centre, settings: CentreSettings, agency: str) -> AgencyAccess:
    """Work out an agency's access; raises CommandError when the centre has no such agency."""
    try:
        return agency_access(centre, settings, agency)
    except CentreError as error:
        raise CommandError(Exit.USAGE, str(error)) from error
