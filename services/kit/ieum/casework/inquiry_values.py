"""What is known of an inquiry, on either side, and of a person's confirmation of an assessment."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from ieum_contracts.address import Address
from ieum_contracts.eligibility import EligibilityAssessed
from ieum_contracts.inquiry import INQUIRY_HOURS_KEPT, ConfirmationGround, EligibilityConfirmed, Finding

INQUIRY_KEPT = timedelta(hours=INQUIRY_HOURS_KEPT)


@dataclass(frozen=True, slots=True)
class Inquiry:
    """One inquiry to one agency: asked here, or answered here.

    `group` joins what one call asks of several agencies, at `place` in their order. `answer` is the id of
    the answering event, known to the asker; `assessment` is its content as JSON, which holds codes alone.
    `refused` says why nobody will answer. A referral that cites it keeps it; once erased, only ids, codes
    and times are left.
    """

    id: UUID
    peer: Address
    programmes: tuple[str, ...]
    asked_at: datetime
    asked_here: bool
    group: UUID | None = None
    place: int = 0
    answer: UUID | None = None
    answered_at: datetime | None = None
    assessment: bytes | None = None
    refused: str | None = None
    cited: bool = False
    erased: bool = False

    def assessed(self) -> EligibilityAssessed | None:
        """Return the answer; None without one, and once it is erased."""
        if self.assessment is None:
            return None
        return EligibilityAssessed.model_validate_json(self.assessment)


@dataclass(frozen=True, slots=True)
class Citation:
    """The inquiry that a referral cites."""

    referral: UUID
    inquiry: UUID


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What a person found of a referral's assessment; the words stand in the history alone.

    `of` is the assessment that was looked at, as JSON; `by` is the recipient's own reference of the
    person, which never travels.
    """

    referral: UUID
    of: bytes
    body: EligibilityConfirmed
    at: datetime
    by: str | None = None

    @property
    def finding(self) -> Finding:
        """What the person found."""
        return self.body.finding

    @property
    def ground(self) -> ConfirmationGround:
        """On what ground."""
        return self.body.ground
