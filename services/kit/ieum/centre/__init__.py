"""What a centre needs to exist: topics, logins, access lists, databases and roles, made from one file."""

from ieum.centre.apply import apply
from ieum.centre.centre_file import Centre, CentreError, read_centre
from ieum.centre.centre_settings import CentreSettings
from ieum.centre.credentials import AgencyAccess, agency_access

__all__ = [
    "AgencyAccess",
    "Centre",
    "CentreError",
    "CentreSettings",
    "agency_access",
    "apply",
    "read_centre",
]
