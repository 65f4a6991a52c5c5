"""What is said when a clock of a referral has run out, and the times in which an agency's clocks differ."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from ieum_contracts.codes import Priority
from ieum_contracts.model import WHOLE, Model, Time, plain


class Clock(StrEnum):
    """What somebody has to do in time."""

    TECHNICAL_RECEIPT = "technical-receipt"
    DECISION = "decision"
    INFO_REQUEST = "info-request"
    WAITLIST_REVIEW = "waitlist-review"
    PROGRESS = "progress"
    ACKNOWLEDGEMENT = "acknowledgement"
    ERASURE_RECEIPT = "erasure-receipt"


class ClockLevel(StrEnum):
    """How late it is; each is said once."""

    WARN = "warn"
    OVERDUE = "overdue"
    ALARM = "alarm"


class ClockUnit(StrEnum):
    """In what a clock counts: days end at 18:00 in Seoul, and the first one is not counted."""

    SECONDS = "seconds"
    CALENDAR_DAYS = "calendar-days"
    BUSINESS_DAYS = "business-days"


class ReferralOverdue(Model):
    """A clock has run out: a reminder, which changes nothing and may be heard in any state."""

    clock: Annotated[Clock, plain("Which clock.")]
    level: Annotated[ClockLevel, plain("How late it is.")]
    due_at: Annotated[Time, plain("When it was due.")]


class ClockPublished(Model):
    """A clock of a programme that runs otherwise than the agreement says."""

    clock: Annotated[Clock, plain("Which clock.")]
    level: Annotated[ClockLevel, plain("Which of its levels.")]
    amount: Annotated[int, Field(strict=True, ge=1, le=100_000), WHOLE, plain("After how many.")]
    unit: Annotated[ClockUnit, plain("Of what.")]
    priority: Annotated[Priority | None, plain("Of which priority; of the decision alone.")] = None

    @model_validator(mode="after")
    def _only_a_decision_has_a_priority(self) -> Self:
        if self.priority is not None and self.clock is not Clock.DECISION:
            raise ValueError("Only the clock of the decision depends on the priority.")
        return self
