"""What a sender's system posts to refer a client onward, where a recipient has not taken the client."""

from typing import Annotated, Self

from pydantic import Field, TypeAdapter, model_validator

from ieum.casework.orders import (
    AnswerBy,
    Cited,
    DuplicateOverrideReason,
    LoopOverrideReason,
    RequestedService,
    Skipped,
    refuse_cited_and_skipped,
)
from ieum_contracts.address import AgencyId, ProgrammeId
from ieum_contracts.circumstances import Circumstances
from ieum_contracts.client import Contact, Desk, Documents
from ieum_contracts.client_codes import Goal, PriorityCause
from ieum_contracts.codes import HandOver, Priority
from ieum_contracts.consent import ConsentArtefact, LegalBasis
from ieum_contracts.model import LIST_ITEMS_MAX, Model, Note


class FollowDetails(Model):
    """The new consent, and what is new of the client; the rest is taken from the referral before."""

    consent: Annotated[
        ConsentArtefact | None,
        Field(description="Consent for the new recipient: that for the first is none."),
    ] = None
    contact: Annotated[Contact | None, Field(description="The contact that counts from now on.")] = None
    circumstances: Annotated[Circumstances | None, Field(description="Facts, new or corrected.")] = None
    documents_held: Annotated[Documents | None, Field(description="Papers that have been seen by now.")] = (
        None
    )
    reason_in_words: Annotated[Note | None, Field(description="Why the client is referred now.")] = None
    sender_desk: Annotated[Desk | None, Field(description="Whom to ask at the sender.")] = None


class FollowOrder(Model):
    """A new referral in place of one that has ended; whatever is absent is as it was there."""

    recipient: Annotated[
        AgencyId | None, Field(description="Id of the agency; absent: the one that the recipient suggested.")
    ] = None
    programme: Annotated[
        ProgrammeId | None, Field(description="Its programme; absent: the suggested one.")
    ] = None
    loop_override: LoopOverrideReason = None
    duplicate_override: DuplicateOverrideReason = None
    priority: Annotated[Priority | None, Field(description="How soon a decision is due.")] = None
    priority_cause: Annotated[PriorityCause | None, Field(description="Why it is more urgent.")] = None
    goals: Annotated[tuple[Goal, ...] | None, Field(max_length=LIST_ITEMS_MAX, description="Goals.")] = None
    requested_service: RequestedService = None
    hand_over: Annotated[HandOver | None, Field(description="How the client gets there.")] = None
    answer_by: AnswerBy = None
    assessment: Cited = None
    assessment_skipped: Skipped = None
    legal_basis: Annotated[LegalBasis | None, Field(description="The statute in place of consent.")] = None
    sealed: Annotated[FollowDetails, Field(description="The new consent, and what is new.")] = FollowDetails()

    @model_validator(mode="after")
    def _cited_or_skipped(self) -> Self:
        refuse_cited_and_skipped(self.assessment, self.assessment_skipped)
        return self


FOLLOW_ORDER: TypeAdapter[FollowOrder] = TypeAdapter(FollowOrder)
