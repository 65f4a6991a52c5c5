"""How the answer to `Prefer: dry-run` shows what an order for a referral would come to."""

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, Field, JsonValue

from ieum.api.agency.representations import WarningView
from ieum.api.docs.problem_schema import ProblemDocument
from ieum_contracts.capacity import CapacityChanged
from ieum_contracts.eligibility import Likelihood
from ieum_contracts.model import Day


class EventForeseen(BaseModel):
    """An event that would be said."""

    type: str = Field(description="The event's type, `referral.requested.v1`.")
    to: str = Field(description="Address of the agency that would hear it.")
    data: dict[str, JsonValue] = Field(description="Its coded content, without `sealed`.")


class AdviceSource(StrEnum):
    """Where a likelihood comes from, or could come from."""

    CITED = "cited-assessment"
    ON_RECEIPT = "assessed-on-receipt"
    NO_RULES = "no-published-rules"


class AdviceForeseen(BaseModel):
    """How likely the client is eligible, by the assessment cited; or how to come to know it."""

    source: AdviceSource
    likelihood: Likelihood | None = Field(default=None, description="Absent without a cited assessment.")
    as_of: Day | None = Field(default=None, description="Day for which the rules were asked.")
    rule_set: str | None = Field(default=None, description="Version of the rules.")
    how_ko: str = Field(description="How to come to know it, or what it rests on, in Korean.")
    how_en: str = Field(description="The same in English.")


class ItemsForeseen(BaseModel):
    """Exactly what would leave the agency, by name; inside `sealed` as a consent artefact names it."""

    members: list[str] = Field(description="Members of the event beside `sealed`.")
    sealed: list[str] = Field(description="Items inside `sealed`.")
    not_needed: list[str] = Field(description="Of these, what the programme does not ask for.")
    not_consented: list[str] = Field(description="Of these, what the consent artefact does not name.")


class ReferralDryRun(BaseModel):
    """What the order would come to; nothing was written, said or numbered."""

    dry_run: Literal[True] = Field(description="Always true.")
    would_be_sent: bool = Field(description="Whether the order would be carried out as it is.")
    refusals: list[ProblemDocument] = Field(
        description="Every problem that stands in the way; the order itself is answered by the first."
    )
    says: list[EventForeseen] = Field(description="What this agency would say; nothing while it is refused.")
    recipient_says: list[EventForeseen] = Field(
        description="What the recipient's system would say by itself, by its published programme: received, "
        "or declined with the reason. Its workers decide later. Empty when no event can be made of the order."
    )
    eligibility: AdviceForeseen
    room: CapacityChanged | None = Field(
        default=None,
        description="Room and waiting time of the programme, as its agency last said; absent if it has not.",
    )
    items: ItemsForeseen
    warnings: list[WarningView] = Field(description="What speaks against it now, as that there is no room.")
