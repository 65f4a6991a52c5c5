"""What a centre needs to exist: topics, logins, access lists, databases and roles, made from one file."""

from ieum.centre.access import AgencyAccess, agency_access
from ieum.centre.apply import apply
from ieum.centre.roster import Centre, CentreError, read_centre
from ieum.centre.settings import CentreSettings

__all__ = [
    "AgencyAccess",
    "Centre",
    "CentreError",
    "CentreSettings",
    "agency_access",
    "apply",
    "read_centre",
]
