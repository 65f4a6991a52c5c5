"""The asks that a sender's system may post, distinguished by name, each with its fields."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter

from ieum.casework.decision_orders import CodedReason, SealedText
from ieum_contracts.client_codes import PriorityCause, Question
from ieum_contracts.codes import AskType, Priority
from ieum_contracts.consent import WithdrawalScope
from ieum_contracts.model import LIST_ITEMS_MAX, Model
from ieum_contracts.referral import AmendedDetails, SuppliedDetails
from ieum_contracts.timing import PastTime


class SupplyInfo(Model):
    """Here is what was asked for."""

    ask: Literal[AskType.INFO_SUPPLIED]
    questions: Annotated[
        tuple[Question, ...], Field(max_length=LIST_ITEMS_MAX, description="Those that are answered.")
    ] = ()
    sealed: Annotated[SuppliedDetails | None, Field(description="The answers.")] = None


class Amend(Model):
    """Take note of corrections and news."""

    ask: Literal[AskType.AMENDED]
    priority: Annotated[Priority | None, Field(description="The priority from now on.")] = None
    priority_cause: Annotated[PriorityCause | None, Field(description="Why more urgent than routine.")] = None
    sealed: Annotated[AmendedDetails | None, Field(description="Corrections and news.")] = None


class RequestCancel(Model):
    """Stop working on it."""

    ask: Literal[AskType.CANCEL_REQUESTED]
    reason: CodedReason = None
    sealed: SealedText = None


class AnswerOutcome(Model):
    """Take note of the outcome, or dispute it."""

    ask: Literal[AskType.OUTCOME_ACKNOWLEDGED, AskType.OUTCOME_DISPUTED]
    sealed: SealedText = None


class WithdrawConsent(Model):
    """The client has withdrawn consent: stop at once and erase."""

    ask: Literal[AskType.CONSENT_WITHDRAWN]
    artefact: Annotated[UUID | None, Field(description="The consent artefact that is withdrawn.")] = None
    scope: Annotated[WithdrawalScope, Field(description="How far it reaches.")] = WithdrawalScope.REFERRAL
    said_at: Annotated[PastTime | None, Field(description="When the client said so.")] = None


AskOrder = Annotated[
    SupplyInfo | Amend | RequestCancel | AnswerOutcome | WithdrawConsent, Field(discriminator="ask")
]
ASK_ORDER: TypeAdapter[AskOrder] = TypeAdapter(AskOrder)
