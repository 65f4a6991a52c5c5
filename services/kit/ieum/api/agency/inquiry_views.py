"""How inquiries are shown: what each agency was asked, and what it has answered so far."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, Field, JsonValue
from pydantic_core import from_json

from ieum.api.http.responses import stored_answer
from ieum.casework.inquiry_values import INQUIRY_KEPT, Inquiry
from ieum.casework.values import Change
from ieum.storage.idempotency_rows import StoredResponse


class InquiryState(StrEnum):
    """Where one inquiry stands."""

    WAITING = "waiting"
    ANSWERED = "answered"
    REFUSED = "refused"
    ERASED = "erased"


class InquiryAnswer(BaseModel):
    """What one agency was asked, and its advisory answer once there is one."""

    id: UUID = Field(description="The inquiry; a referral cites it as `assessment.inquiry`.")
    recipient: str = Field(description="Id of the agency that was asked.")
    state: InquiryState
    programmes: list[str] = Field(description="Which of its programmes; none asked which of them.")
    asked_at: datetime = Field(description="Since when it waits, or waited, for an answer.")
    answered_at: datetime | None = None
    event: UUID | None = Field(
        default=None, description="The answering event; a referral cites it as `assessment.event`."
    )
    assessed: list[dict[str, JsonValue]] | None = Field(
        default=None, description="The answer, programme by programme (`eligibility.assessed`)."
    )
    reason: str | None = Field(default=None, description="Code of why it was not taken in (`refused`).")
    cited: bool = Field(description="Whether a referral cites it, and so keeps it.")


class InquiryGroup(BaseModel):
    """What one call asked of several agencies, and what they have answered so far."""

    id: UUID
    version: int = Field(description="Rises with every change; the ETag.")
    asked_at: datetime
    kept_until: datetime = Field(description="What no referral cites by then is destroyed at both ends.")
    waiting: int = Field(description="How many have not answered yet.")
    inquiries: list[InquiryAnswer]


def group_view(inquiries: Sequence[Inquiry]) -> InquiryGroup:
    """Show the inquiries of one call; there is at least one."""
    first = inquiries[0]
    if first.group is None:
        raise LookupError("An inquiry of another agency belongs to no group of ours.")
    shown = [inquiry_view(each) for each in inquiries]
    changes = sum(_changes(each) for each in inquiries)
    return InquiryGroup(
        id=first.group,
        version=1 + changes,
        asked_at=first.asked_at,
        kept_until=first.asked_at + INQUIRY_KEPT,
        waiting=sum(each.state is InquiryState.WAITING for each in shown),
        inquiries=shown,
    )


def _changes(inquiry: Inquiry) -> int:
    """Count what has happened: it may be refused before it is answered, and cited before it is erased."""
    answered = 2 if inquiry.answered_at is not None else int(inquiry.refused is not None)
    return answered + inquiry.cited + 2 * inquiry.erased


def inquiry_view(inquiry: Inquiry) -> InquiryAnswer:
    """Show one inquiry."""
    answer = None if inquiry.assessment is None else from_json(inquiry.assessment)
    return InquiryAnswer(
        id=inquiry.id,
        recipient=inquiry.peer.agency,
        state=state_of(inquiry),
        programmes=list(inquiry.programmes),
        asked_at=inquiry.asked_at,
        answered_at=inquiry.answered_at,
        event=inquiry.answer,
        assessed=None if answer is None else answer["programmes"],
        reason=inquiry.refused,
        cited=inquiry.cited,
    )


def state_of(inquiry: Inquiry) -> InquiryState:
    """Return where an inquiry of ours stands."""
    if inquiry.erased:
        return InquiryState.ERASED
    if inquiry.assessment is not None:
        return InquiryState.ANSWERED
    return InquiryState.WAITING if inquiry.refused is None else InquiryState.REFUSED


def asked_answer(change: Change) -> StoredResponse:
    """Answer a new group of inquiries with its location."""
    group = group_view(change.inquiries)
    return stored_answer(group, group.version, f"/v1/inquiries/{group.id}")
