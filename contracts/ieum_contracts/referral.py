"""What a sender says of a referral: the referral itself, and its asks."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from ieum_contracts.address import ProgrammeId
from ieum_contracts.causes import AssessmentSkipped
from ieum_contracts.circumstances import Circumstances
from ieum_contracts.client import Contact, Documents, ReferralDetails, SealedNote
from ieum_contracts.client_codes import Goal, Need, PriorityCause, Question, SafetyFlag
from ieum_contracts.codes import HandOver, Priority, Reason, State, SubjectKind
from ieum_contracts.consent import AddressText, LegalBasis
from ieum_contracts.model import LIST_ITEMS_MAX, Code, Id, Model, Note, personal, plain, pseudonym
from ieum_contracts.timing import FutureTime, PastTime

PATH_VISITS_MAX = 16


class Visit(Model):
    """A stop of the journey: where the client has been referred before."""

    agency: Annotated[AddressText, plain("Address of the agency.")]
    programme: Annotated[ProgrammeId, pseudonym("Its programme.")]
    at: Annotated[PastTime, pseudonym("When the referral to it was made.")]
    state: Annotated[
        State | None, pseudonym("Where it stood when the client was referred on, as far as it was known.")
    ] = None


class AssessmentCited(Model):
    """The assessment on which a referral rests."""

    event: Annotated[Id, pseudonym("Id of the eligibility.assessed event.")]
    inquiry: Annotated[Id | None, pseudonym("The inquiry that it answered.")] = None


class ReferralRequested(Model):
    """The sender refers a person or an employer to a programme of the recipient."""

    subject: Annotated[SubjectKind, plain("Whether a person or an employer is referred.")]
    programme: Annotated[ProgrammeId, plain("The recipient's programme.")]
    priority: Annotated[Priority, pseudonym("How soon a decision is due.")] = Priority.ROUTINE
    priority_cause: Annotated[PriorityCause | None, pseudonym("Why it is more urgent than routine.")] = None
    needs: Annotated[tuple[Need, ...], Field(max_length=LIST_ITEMS_MAX), pseudonym("Needs.")] = ()
    goals: Annotated[tuple[Goal, ...], Field(max_length=LIST_ITEMS_MAX), pseudonym("Goals.")] = ()
    safety_flags: Annotated[
        tuple[SafetyFlag, ...], Field(max_length=LIST_ITEMS_MAX), pseudonym("What staff must know first.")
    ] = ()
    requested_service: Annotated[Code | None, plain("A service within the programme.")] = None
    hand_over: Annotated[HandOver, plain("How the client gets from desk to desk.")]
    answer_by: Annotated[FutureTime | None, plain("When the sender expects an answer.")] = None
    assessment: Annotated[AssessmentCited | None, pseudonym("The assessment cited.")] = None
    assessment_skipped: Annotated[AssessmentSkipped | None, plain("Why no assessment is cited.")] = None
    parent: Annotated[Id | None, pseudonym("The referral from which this one follows.")] = None
    path: Annotated[
        tuple[Visit, ...], Field(max_length=PATH_VISITS_MAX), pseudonym("Stops of the journey so far.")
    ] = ()
    legal_basis: Annotated[LegalBasis | None, plain("The statute that stands in for consent.")] = None
    sealed: Annotated[ReferralDetails, personal("Everything personal, and the consent artefact.")]

    @model_validator(mode="after")
    def _has_subject_and_basis(self) -> Self:
        person = self.subject is SubjectKind.PERSON
        if (self.sealed.client is not None, self.sealed.employer is not None) != (person, not person):
            raise ValueError("A referral of a person names the client, one of an employer the employer.")
        consent, statute = self.sealed.consent is not None, self.legal_basis is not None
        if person and consent == statute:
            raise ValueError(
                "A person is referred on a consent artefact or on a legal basis, on one of both."
            )
        if consent and not person:
            raise ValueError("An employer is referred without a consent artefact.")
        if self.assessment is not None and self.assessment_skipped is not None:
            raise ValueError("An assessment is cited or skipped, not both.")
        return self


class AmendedDetails(Model):
    """What is new, in the same form as it was sent first."""

    contact: Annotated[Contact | None, personal("The contact that counts from now on.")] = None
    circumstances: Annotated[Circumstances | None, personal("Facts that are new or corrected.")] = None
    note: Annotated[Note | None, personal("News in words.")] = None


class ReferralAmended(Model):
    """Ask: take note of corrections and news."""

    priority: Annotated[Priority | None, pseudonym("The priority that counts from now on.")] = None
    priority_cause: Annotated[PriorityCause | None, pseudonym("Why it is more urgent than routine.")] = None
    sealed: Annotated[AmendedDetails | None, personal("Corrections and news.")] = None


class Reply(Model):
    """The answer to one question."""

    question: Annotated[Question, pseudonym("The question.")]
    text: Annotated[Note, personal("The answer in words.")]


class SuppliedDetails(Model):
    """Answers in words, facts and papers."""

    replies: Annotated[
        tuple[Reply, ...], Field(max_length=LIST_ITEMS_MAX), personal("Answers in words.")
    ] = ()
    circumstances: Annotated[Circumstances | None, personal("Facts that were asked for.")] = None
    contact: Annotated[Contact | None, personal("Contact that was asked for.")] = None
    documents_held: Annotated[Documents, personal("Papers that the sender has now seen.")] = ()


class ReferralInfoSupplied(Model):
    """Ask: here is what was asked for; go on."""

    questions: Annotated[
        tuple[Question, ...], Field(max_length=LIST_ITEMS_MAX), pseudonym("Questions that are answered.")
    ] = ()
    sealed: Annotated[SuppliedDetails | None, personal("The answers.")] = None


class ReferralCancelRequested(Model):
    """Ask: stop working on it."""

    reason: Annotated[Reason, pseudonym("Why.")]
    sealed: Annotated[SealedNote | None, personal("Why, in words.")] = None


class ReferralOutcomeAcknowledged(Model):
    """Ask: the outcome is taken note of; the referral may be closed."""

    sealed: Annotated[SealedNote | None, personal("A note.")] = None


class ReferralOutcomeDisputed(Model):
    """Ask: the outcome is not what the client or the sender sees; take it up again."""

    sealed: Annotated[SealedNote | None, personal("What is disputed.")] = None
