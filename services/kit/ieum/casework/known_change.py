"""What stands beside a referral: changes of eligibility, as things to do, and why it was made twice."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from ieum_contracts.address import Address
from ieum_contracts.eligibility import Conflict, EligibilityChanged, Standing


class ToDoResult(StrEnum):
    """What became of something to do."""

    ACTED = "acted"
    NOTHING_TO_DO = "nothing-to-do"


class DuplicateOverride(NamedTuple):
    """Why a client was referred although a like referral was open, and which."""

    referral: UUID
    open: UUID
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class KnownChange:
    """A change on one referral. `id` is the same at every agency that it reaches.

    `told_by` is the agency from which it came; None for one that this agency has said itself. `to_do` says
    whether a worker here has something to do; it is done once `done_at` is set.
    """

    referral: UUID
    id: UUID
    journey: UUID
    told_by: Address | None
    programme: str
    old: Standing
    new: Standing
    effective_on: date
    conflicts: tuple[Conflict, ...]
    at: datetime
    to_do: bool
    done_at: datetime | None = None
    result: ToDoResult | None = None

    def is_same(self, body: EligibilityChanged, change: UUID) -> bool:
        """Whether a body says this change: by its id, or by its content where it names no id.

        An agency that does not know the id cannot pass it on.
        """
        content = (self.programme, self.new, self.effective_on)
        return self.id == change or (
            body.change is None and content == (body.programme, body.new, body.effective_on)
        )

    def done(self, result: ToDoResult, now: datetime) -> "KnownChange":
        """Return it as done."""
        return replace(self, done_at=now, result=result)
