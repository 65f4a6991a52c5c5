"""What an agency says of a programme's room on its catalogue topic: counts and days, nothing of a person."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from ieum_contracts.address import ProgrammeId
from ieum_contracts.model import WHOLE, Count, Model, plain
from ieum_contracts.programme import VERSION_MAX

WAITING_DAYS_BACK = 90
"""Days over which a waiting time is measured."""
CASES_MIN = 5
"""Below so many cases no waiting time is said: it would tell of single persons."""
CASES_STEPS = (5, 10, 20, 50, 100, 200, 500, 1000)
"""How finely the number of cases is told: the highest step that it reaches."""


class Room(StrEnum):
    """How much room a programme has, from the most to the least."""

    OPEN = "open"
    FEW = "few"
    WAITLIST = "waitlist"
    NONE = "none"


class WaitingTime(Model):
    """How long clients waited who were accepted in the last 90 days, from the referral to the acceptance.

    Whole days, a day begun counts. Whoever still waits is not among them.
    """

    p50_days: Annotated[Count, plain("Half of them waited at most so many days.")]
    p90_days: Annotated[Count, plain("Nine of ten waited at most so many days.")]
    cases_at_least: Annotated[
        int,
        Field(strict=True, ge=CASES_MIN, le=CASES_STEPS[-1]),
        WHOLE,
        plain("A round number that their count reaches."),
    ]


class CapacityChanged(Model):
    """How much room a programme has now."""

    programme: Annotated[ProgrammeId, plain("Id of the programme, as it is published.")]
    version: Annotated[
        int,
        Field(strict=True, ge=1, le=VERSION_MAX),
        WHOLE,
        plain("Rises with each change; lower ones are ignored."),
    ]
    room: Annotated[Room, plain("`waitlist`: full, and a waiting list is kept; `none`: refer elsewhere.")]
    places: Annotated[Count | None, plain("Places that are free now, where they are counted.")] = None
    expected_days: Annotated[
        Count | None, plain("Calendar days until there may be room, as the agency expects.")
    ] = None
    waiting: Annotated[
        WaitingTime | None, plain("Waiting time of the last 90 days; absent below five cases.")
    ] = None
