"""Which centre a command is about: the one in the environment, else the one of this folder."""

import os

from ieum.centre.centre_file import Centre, CentreError, read_centre
from ieum.centre.centre_settings import CentreSettings
from ieum.centre.credentials import AgencyAccess, agency_access
from ieum.cli.exits import CommandError, Exit
from ieum.cli.local_centre import local_centre

CENTRE_VARIABLES = ("IEUM_DATABASE_ADMIN_DSN", "IEUM_KAFKA_BOOTSTRAP")
"""Where one of these is set, the environment names the centre; else the centre of this folder counts."""


def names_centre() -> bool:
    """Say whether the environment names a centre."""
    return any(map(os.environ.get, CENTRE_VARIABLES))


def centre_settings() -> CentreSettings:
    """Read the administrator's settings; raises CommandError when there are none and no stack runs here."""
    if names_centre():
        return CentreSettings.model_validate({})
    return local_centre().admin_settings()


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
