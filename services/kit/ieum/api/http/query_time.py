"""Times in the query and in cursors: those of events, for a database and a calendar take no others."""

from typing import Annotated

from pydantic import AfterValidator, AwareDatetime

from ieum_contracts.values import in_utc

QueryTime = Annotated[AwareDatetime, AfterValidator(in_utc)]
"""A moment from 2000 to 2099, in UTC."""
