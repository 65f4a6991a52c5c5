"""How a referral's assessments are shown: what differs from the one cited, and what a person found."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, Field

from ieum.casework.assessment_differences import Differences, differences
from ieum.casework.inquiry_values import Confirmation, Inquiry
from ieum.casework.values import Referral
from ieum_contracts.eligibility import EligibilityAssessed, Likelihood, RuleResult
from ieum_contracts.inquiry import ConfirmationGround, Finding


class RuleDiffers(BaseModel):
    """One rule whose result is another one now."""

    rule: str
    cited: RuleResult | None = Field(default=None, description="Absent where it was not asked then.")
    present: RuleResult | None = Field(default=None, description="Absent where it is not asked now.")


class AssessmentStanding(BaseModel):
    """What an assessment says of the programme, by which rules and for which day."""

    likelihood: Likelihood
    rule_set: str
    as_of: date


class AssessmentDiffers(BaseModel):
    """The assessment that the referral cites, beside the one made on its receipt or since."""

    inquiry: UUID = Field(description="The inquiry that the cited assessment answered.")
    held: bool = Field(
        description="Whether this agency still has the cited assessment, and there is one to compare."
    )
    differs: bool | None = Field(
        default=None, description="Whether likelihood or a rule's result is another one; absent if not held."
    )
    cited: AssessmentStanding | None = None
    present: AssessmentStanding | None = None
    rules: list[RuleDiffers] | None = Field(default=None, description="Rules with another result.")


class ConfirmationView(BaseModel):
    """What a person at the recipient found of the assessment; the words stand in the history."""

    finding: Finding
    ground: ConfirmationGround
    assessed: Likelihood = Field(description="What the assessment had said.")
    rule_set: str
    as_of: date
    at: datetime
    by: str | None = Field(default=None, description="The recipient's own reference of the person.")
    of_present: bool = Field(description="Whether it is of the present assessment, not of an earlier one.")


def inquiry_cited(referral: Referral) -> UUID | None:
    """Return the inquiry that a referral cites."""
    cited = referral.requested().get("assessment")
    inquiry = cited.get("inquiry") if isinstance(cited, dict) else None
    return None if inquiry is None else UUID(str(inquiry))


def assessment_differs(referral: Referral, inquiry: Inquiry | None) -> AssessmentDiffers | None:
    """Show what differs; None for a referral that cites no inquiry."""
    named = inquiry_cited(referral)
    if named is None:
        return None
    before = None if inquiry is None else inquiry.assessed()
    found = None if before is None else _compared(referral, before)
    if found is None:
        return AssessmentDiffers(inquiry=named, held=False)
    return AssessmentDiffers(
        inquiry=named,
        held=True,
        differs=found.differ,
        cited=AssessmentStanding.model_validate(found.cited, from_attributes=True),
        present=AssessmentStanding.model_validate(found.present, from_attributes=True),
        rules=[RuleDiffers(**each._asdict()) for each in found.rules],
    )


def confirmation_view(referral: Referral, confirmation: Confirmation) -> ConfirmationView:
    """Show a confirmation."""
    body = confirmation.body
    return ConfirmationView(
        finding=body.finding,
        ground=body.ground,
        assessed=body.assessed,
        rule_set=body.rule_set,
        as_of=body.as_of,
        at=confirmation.at,
        by=confirmation.by,
        of_present=confirmation.of == (referral.assessment or b""),
    )


def _compared(referral: Referral, before: EligibilityAssessed) -> Differences | None:
    if referral.assessment is None:
        return None
    present = EligibilityAssessed.model_validate_json(referral.assessment)
    return differences(before, present, referral.programme)
