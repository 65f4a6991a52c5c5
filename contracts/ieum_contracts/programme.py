"""What an agency publishes of a programme on its catalogue topic; the newest version counts."""

from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from ieum_contracts.address import ProgrammeId
from ieum_contracts.client_codes import Document, Need
from ieum_contracts.codes import ProgrammeKind, SubjectKind
from ieum_contracts.consent import ItemName
from ieum_contracts.delivery import TypeName
from ieum_contracts.model import LIST_ITEMS_MAX, WHOLE, Code, Day, Flag, Line, Model, Note, plain
from ieum_contracts.overdue import ClockPublished

VERSION_MAX = 2**53
ITEMS_MAX = 100


class RulePublished(Model):
    """A rule that an agency asks of its clients."""

    rule: Annotated[Code, plain("Id of the rule.")]
    citation: Annotated[Line, plain("Where the rule stands.")]
    explanation_ko: Annotated[Line, plain("What it asks, in Korean.")]
    explanation_en: Annotated[Line, plain("What it asks, in English.")]
    facts: Annotated[
        tuple[ItemName, ...], Field(max_length=LIST_ITEMS_MAX), plain("Circumstances that it reads.")
    ] = ()


class ProgrammePublished(Model):
    """A programme that others may refer to, and what it needs to know."""

    programme: Annotated[ProgrammeId, plain("Id of the programme, unique within the agency.")]
    version: Annotated[
        int,
        Field(strict=True, ge=1, le=VERSION_MAX),
        WHOLE,
        plain("Rises with each change; lower ones are ignored."),
    ]
    offered: Annotated[Flag, plain("False when the programme is no longer offered.")] = True
    name_ko: Annotated[Line, plain("Name in Korean.")]
    name_en: Annotated[Line, plain("Name in English.")]
    kind: Annotated[
        ProgrammeKind, plain("Whether it serves, or assesses which programmes would: outcome `assessed`.")
    ] = ProgrammeKind.SERVICE
    summary_ko: Annotated[Note | None, plain("What it is, in Korean.")] = None
    summary_en: Annotated[Note | None, plain("What it is, in English.")] = None
    subjects: Annotated[
        tuple[SubjectKind, ...], Field(min_length=1, max_length=2), plain("Who may be referred.")
    ] = (SubjectKind.PERSON,)
    items: Annotated[
        tuple[ItemName, ...], Field(max_length=ITEMS_MAX), plain("Items of `sealed` that its purpose needs.")
    ] = ()
    documents: Annotated[
        tuple[Document, ...], Field(max_length=LIST_ITEMS_MAX), plain("Papers that it asks for.")
    ] = ()
    serves: Annotated[
        tuple[Need, ...],
        Field(max_length=LIST_ITEMS_MAX),
        plain("Needs that it is for: programmes with one in common stand in for each other."),
    ] = ()
    rule_set: Annotated[Line | None, plain("Version of its rules; absent without published rules.")] = None
    rules: Annotated[tuple[RulePublished, ...], Field(max_length=LIST_ITEMS_MAX), plain("Its rules.")] = ()
    retention_days: Annotated[
        Annotated[int, Field(strict=True, ge=1, le=3660), WHOLE] | None,
        plain("Days for which details are kept."),
    ] = None
    clocks: Annotated[
        tuple[ClockPublished, ...], Field(max_length=LIST_ITEMS_MAX), plain("Clocks that run otherwise here.")
    ] = ()
    hears: Annotated[
        tuple[TypeName, ...],
        Field(max_length=LIST_ITEMS_MAX),
        plain("Types that its agency takes in, and is told nothing of unless it says so."),
    ] = ()
    valid_from: Annotated[Day | None, plain("First day on which it is offered.")] = None
    valid_until: Annotated[Day | None, plain("Last day on which it is offered.")] = None

    def is_offered(self, on: date) -> bool:
        """Whether it is offered on a day; the first and the last day count."""
        begun = self.valid_from is None or self.valid_from <= on
        return self.offered and begun and (self.valid_until is None or on <= self.valid_until)

    @model_validator(mode="after")
    def _begins_before_it_ends(self) -> Self:
        if (
            self.valid_from is not None
            and self.valid_until is not None
            and self.valid_until < self.valid_from
        ):
            raise ValueError("The last day on which a programme is offered is not before the first.")
        return self
