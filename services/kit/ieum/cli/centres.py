"""The centre that a command works on: from the environment, else the one of this folder."""

import os

from ieum.centre.centre_file import Centre, CentreError, read_centre
from ieum.centre.centre_settings import CentreSettings
from ieum.centre.credentials import AgencyAccess, agency_access
from ieum.cli.exits import CommandError, Exit
from ieum.cli.local_centre import local_centre

CENTRE_VARIABLES = ("IEUM_DATABASE_ADMIN_DSN", "IEUM_KAFKA_BOOTSTRAP")
"""With one of these set, the environment names the centre; else it is the centre of this folder."""


def names_centre() -> bool:
    """Whether the environment names a centre."""
    return any(map(os.environ.get, CENTRE_VARIABLES))


def centre_settings() -> CentreSettings:
    """Read the administrator's settings; raises CommandError when there are none and no stack runs here."""
    if names_centre():
        return CentreSettings.model_validate({})
    return local_centre().admin_settings()


def centre_of(settings: CentreSettings) -> Centre:
    """Read the centre's file; raises CommandError when it is missing or invalid."""
    try:
        return read_centre(settings.centre_file)
    except CentreError as error:
        raise CommandError(Exit.USAGE, str(error)) from error


def access_to(centre: Centre, settings: CentreSettings, agency: str) -> AgencyAccess:
    """Return an agency's credentials; raises CommandError when the centre has no such agency."""
    try:
        return agency_access(centre, settings, agency)
    except CentreError as error:
        raise CommandError(Exit.USAGE, str(error)) from error
