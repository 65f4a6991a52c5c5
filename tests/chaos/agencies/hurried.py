"""The agencies of chaos: their programmes' clocks run out in seconds, and a course fills its places itself.

What they do differently from the real ones is declared as any agency may declare it; the product is the same.
"""

from dataclasses import replace
from datetime import date

from ieum.agency import Agency, Names, Programme
from ieum.casework.capacity import AnswerPolicy
from ieum.casework.eligibility import rule
from ieum_contracts.overdue import Clock, ClockLevel, ClockPublished, ClockUnit
from tests.chaos.agencies import stepped_clock

COURSE = "chaos-course"
PACKAGES = "tests.chaos.agencies"
SECONDS_MAX, REVIEW_SECONDS = 30, 120
"""No clock of work runs longer; a place on a waiting list is kept until a run has come to rest."""
_SECONDS = {
    (Clock.TECHNICAL_RECEIPT, ClockLevel.WARN): 10,
    (Clock.TECHNICAL_RECEIPT, ClockLevel.ALARM): SECONDS_MAX,
    (Clock.DECISION, ClockLevel.OVERDUE): 5,
    (Clock.INFO_REQUEST, ClockLevel.OVERDUE): 8,
    (Clock.WAITLIST_REVIEW, ClockLevel.OVERDUE): REVIEW_SECONDS,
    (Clock.PROGRESS, ClockLevel.WARN): 6,
    (Clock.PROGRESS, ClockLevel.OVERDUE): 12,
    (Clock.ACKNOWLEDGEMENT, ClockLevel.OVERDUE): 8,
}
CLOCKS = tuple(
    ClockPublished(clock=clock, level=level, amount=seconds, unit=ClockUnit.SECONDS)
    for (clock, level), seconds in _SECONDS.items()
)


@rule("시험 규칙 1 (2020)", "가구원이 있다", since=date(2020, 1, 1))
def household_counted(household_size: int) -> bool:
    """Ask for a household with members."""
    return household_size > 0


def hurried(agency: Agency) -> Agency:
    """Return an agency as it is, but for its clocks and the course; its process may be given a wrong time."""
    stepped_clock.install()
    course = Programme(
        COURSE,
        Names("시험 과정", "Test course"),
        Names("시험 과정입니다.", "A course for tests."),
        rules=(household_counted,),
        answer=AnswerPolicy.AUTOMATIC,
        clocks=CLOCKS,
    )
    programmes = tuple(replace(each, clocks=CLOCKS) for each in agency.programmes)
    return replace(agency, programmes=(*programmes, course))
