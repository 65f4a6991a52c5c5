"""An inquiry before a referral, without anyone's identity; and a person's confirmation of an assessment."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from ieum_contracts.address import ProgrammeId
from ieum_contracts.circumstances import Circumstances
from ieum_contracts.client import SealedNote
from ieum_contracts.codes import SubjectKind
from ieum_contracts.eligibility import Likelihood
from ieum_contracts.model import LIST_ITEMS_MAX, Day, Line, Model, personal, plain, pseudonym

INQUIRY_HOURS_KEPT = 24
"""An inquiry that no referral cites is destroyed after so many hours, at both ends."""


class Finding(StrEnum):
    """What a person finds of an assessment."""

    ELIGIBLE = "eligible"
    NOT_ELIGIBLE = "not-eligible"


class ConfirmationGround(StrEnum):
    """On what ground a person confirms an assessment, or finds otherwise."""

    FACTS_VERIFIED = "facts-verified"
    FACTS_CORRECTED = "facts-corrected"
    EXCEPTION_APPLIES = "exception-applies"
    DISCRETION = "discretion"
    OTHER = "other"


class InquiredFacts(Model):
    """The facts of an inquiry; there is no field for a name, a contact or a number of anybody's."""

    circumstances: Annotated[
        Circumstances,
        personal(
            "Facts that the published rules read, none that needs a consent line of its own. The birth date "
            "stands for the age alone: a day that gives the same age in completed years on the day of asking."
        ),
    ] = Circumstances()


class EligibilityRequested(Model):
    """Whether somebody, who is not named, is likely to be eligible; the key is the inquiry's own id."""

    programmes: Annotated[
        tuple[ProgrammeId, ...],
        Field(max_length=LIST_ITEMS_MAX),
        plain("The recipient's programmes that are asked about; none asks which of them."),
    ] = ()
    subject: Annotated[SubjectKind, plain("Whether it is about a person or an employer.")] = (
        SubjectKind.PERSON
    )
    sealed: Annotated[InquiredFacts, personal("The facts.")]


class EligibilityConfirmed(Model):
    """A person at the recipient has looked at an assessment, and says what stands (PIPA 37-2)."""

    programme: Annotated[ProgrammeId, pseudonym("The programme that was assessed.")]
    assessed: Annotated[Likelihood, pseudonym("What the assessment said.")]
    rule_set: Annotated[Line, plain("Version of the rules that it was made by.")]
    as_of: Annotated[Day, plain("Day for which it was made.")]
    finding: Annotated[Finding, pseudonym("What the person finds.")]
    ground: Annotated[ConfirmationGround, pseudonym("On what ground.")]
    sealed: Annotated[SealedNote | None, personal("The reason in words.")] = None
