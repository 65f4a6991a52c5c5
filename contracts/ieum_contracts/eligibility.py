"""What is said of eligibility: an advisory assessment, and a change that others have to know of."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from ieum_contracts.address import AgencyId, ProgrammeId
from ieum_contracts.client_codes import Document
from ieum_contracts.consent import ItemName
from ieum_contracts.model import LIST_ITEMS_MAX, Code, Day, Flag, Id, Line, Model, plain, pseudonym


class Likelihood(StrEnum):
    """What an assessment says; never that somebody is or is not entitled."""

    LIKELY = "likely"
    UNLIKELY = "unlikely"
    NEEDS_INFO = "needs-info"


class RuleResult(StrEnum):
    """What one rule says; a missing fact or figure gives `unknown`, never a guess."""

    PASSED = "pass"
    FAILED = "fail"
    UNKNOWN = "unknown"


class Standing(StrEnum):
    """Where a client stands with a programme."""

    NOT_ASSESSED = "not-assessed"
    NEEDS_INFO = "needs-info"
    UNLIKELY = "unlikely"
    LIKELY = "likely"
    GRANTED = "granted"
    REFUSED = "refused"
    DEFERRED = "deferred"
    ENDED = "ended"


class Action(StrEnum):
    """What a case worker does next on an assessment."""

    REFER = "refer"
    BRING_PAPER = "bring-paper"
    ASK_FACT = "ask-fact"
    CORRECT_FACT = "correct-fact"
    ASK_AGENCY = "ask-agency"
    TRY_PROGRAMME = "try-programme"


class NextAction(Model):
    """One thing to do next, as a code; it follows from the results of the rules alone."""

    action: Annotated[Action, pseudonym("What to do.")]
    facts: Annotated[
        tuple[ItemName, ...] | None,
        Field(max_length=LIST_ITEMS_MAX),
        pseudonym("Facts to ask for, to correct, or to prove by the paper."),
    ] = None
    paper: Annotated[Document | None, pseudonym("The paper to bring, or that tells the fact.")] = None
    agency: Annotated[AgencyId | None, plain("Where to go: the agency, in the same centre.")] = None
    programme: Annotated[ProgrammeId | None, pseudonym("Where to go: its programme.")] = None
    explanation_ko: Annotated[Line, plain("What to do, in Korean; no figure of a client's.")]
    explanation_en: Annotated[Line, plain("What to do, in English; no figure of a client's.")]


class RuleAssessed(Model):
    """What one rule says, and where it stands in the law."""

    rule: Annotated[Code, plain("Id of the rule.")]
    result: Annotated[RuleResult, pseudonym("What it says.")]
    citation: Annotated[Line, plain("Where the rule stands.")]
    explanation_ko: Annotated[Line, plain("What the rule asks, in Korean; no figure of a client's.")]
    explanation_en: Annotated[Line, plain("What the rule asks, in English; no figure of a client's.")]
    missing: Annotated[
        tuple[ItemName, ...],
        Field(max_length=LIST_ITEMS_MAX),
        pseudonym("Facts that are not known and could change the answer; sensitive ones are asked for last."),
    ] = ()
    unclear: Annotated[
        tuple[ItemName, ...] | None,
        Field(max_length=LIST_ITEMS_MAX),
        pseudonym("Of these, the facts that were given and could not be understood."),
    ] = None
    cause: Annotated[
        Code | None, plain("Why the rule says nothing though no fact is missing, for example rule-failed.")
    ] = None


class ProgrammeAssessed(Model):
    """What the rules of one programme say together."""

    programme: Annotated[ProgrammeId, plain("The programme.")]
    likelihood: Annotated[Likelihood, pseudonym("What the rules say together.")]
    cause: Annotated[Code | None, plain("Why information is needed, for example no-published-rule.")] = None
    discretionary: Annotated[Flag, plain("Whether a person decides in any case.")] = False
    rule_set: Annotated[Line, plain("Version of the rules.")]
    as_of: Annotated[Day, plain("Day for which the rules were asked.")]
    rules: Annotated[tuple[RuleAssessed, ...], Field(max_length=LIST_ITEMS_MAX), pseudonym("Each rule.")] = ()
    on_verified_facts: Annotated[
        Flag | None, pseudonym("Of what is likely: whether verified facts alone make it so.")
    ] = None
    next_actions: Annotated[
        tuple[NextAction, ...] | None,
        Field(max_length=LIST_ITEMS_MAX),
        pseudonym("What to do next, the first thing first."),
    ] = None


class EligibilityAssessed(Model):
    """The recipient's rules on the circumstances that it was sent; a person decides."""

    advisory: Annotated[Literal[True], plain("Always true: this is no decision.")] = True
    programmes: Annotated[
        tuple[ProgrammeAssessed, ...],
        Field(min_length=1, max_length=LIST_ITEMS_MAX),
        pseudonym("Each programme."),
    ]


class Conflict(Model):
    """A programme that cannot be had together with the one that changed."""

    programme: Annotated[ProgrammeId, pseudonym("The other programme.")]
    rule: Annotated[Code, plain("Id of the rule.")]
    citation: Annotated[Line, plain("Where the rule stands.")]


class EligibilityChanged(Model):
    """A client's standing with a programme has changed; the partner of a referral has to know."""

    programme: Annotated[ProgrammeId, pseudonym("The programme.")]
    old: Annotated[Standing, pseudonym("Where the client stood.")]
    new: Annotated[Standing, pseudonym("Where the client stands.")]
    effective_on: Annotated[Day, pseudonym("From which day on.")]
    conflicts: Annotated[
        tuple[Conflict, ...], Field(max_length=LIST_ITEMS_MAX), pseudonym("Programmes that it rules out.")
    ] = ()
    change: Annotated[
        Id | None,
        pseudonym("Id of the change, the same wherever it is passed on; absent: the id of this event."),
    ] = None
