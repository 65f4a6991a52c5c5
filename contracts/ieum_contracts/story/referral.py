"""One referral of a story: both copies are led by the project's own lifecycle, which gives the answers."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Self, TypeVar
from uuid import UUID

from ieum_contracts import lifecycle
from ieum_contracts.address import Address
from ieum_contracts.case import CaseClosed, CaseFollowedUp
from ieum_contracts.catalogue import MODEL_OF_ASK, MODEL_OF_DECISION
from ieum_contracts.codes import AskType, Decision
from ieum_contracts.lifecycle import Decided, Mover, NotAllowed, RecipientCopy, SenderCopy
from ieum_contracts.model import Model
from ieum_contracts.overdue import ReferralOverdue
from ieum_contracts.referral import ReferralRequested
from ieum_contracts.story.telling import Message, Teller

ERASED_EVERYWHERE_DAYS = 30
Fields = Mapping[str, object]
Step = TypeVar("Step")


class NotInTheTableError(ValueError):
    """The script wants something that the lifecycle does not allow."""


class Told:
    """A referral as it is told; what the table does not allow raises NotInTheTableError."""

    def __init__(
        self, teller: Teller, sender: Address, recipient: Address, journey: UUID | None = None
    ) -> None:
        self.teller = teller
        self.sender, self.recipient = sender, recipient
        self.id = teller.new_id()
        self.journey = journey or teller.new_id()
        self.at_sender = SenderCopy()
        self.at_recipient = RecipientCopy()
        self.case: UUID | None = None
        self.cause = ""
        self.requested_at = teller.now
        self._unheard: list[tuple[Decision, tuple[UUID, ...]]] = []

    def request(self, body: Fields, label: str = "") -> Self:
        """Let the sender refer."""
        asked = ReferralRequested.model_validate(body)
        said = self._by_sender(asked, Mover.WORKER, self.teller.request(), label)
        self.cause, self.requested_at = str(said.envelope.id), said.envelope.time
        return self

    def answer(self, decision: Decision, /, label: str = "", **fields: object) -> Message:
        """Let the recipient's system answer the request at once."""
        return self._decide(decision, Mover.SYSTEM, self.cause, label, fields)

    def decide(
        self, decision: Decision, /, label: str = "", *, heard: bool = True, **fields: object
    ) -> Message:
        """Let the recipient's worker decide; unless `heard`, the sender hears of it after its next ask."""
        return self._decide(decision, Mover.WORKER, self.teller.request(), label, fields, heard=heard)

    def run_out(self, decision: Decision, /, label: str = "", **fields: object) -> Message:
        """Let a clock decide: nobody's event or request is the cause."""
        return self._decide(decision, Mover.CLOCK, None, label, fields)

    def ask(self, ask: AskType, /, label: str = "", replied: str = "", **fields: object) -> Message:
        """Let the sender ask, and the recipient answer what its system can answer at once."""
        ask_id = self.teller.new_id()
        self.at_sender = _allowed(lifecycle.ask(self.at_sender, ask, ask_id))
        body = MODEL_OF_ASK[ask].model_validate(fields)
        asked = self._by_sender(body, Mover.WORKER, self.teller.request(), label, ask_id)
        self.catch_up()
        before = self.at_recipient
        step = lifecycle.hear_ask(before, ask, ask_id, reopening_possible=True)
        self._said(step, Mover.SYSTEM, str(ask_id), replied, self._system_fields(step, before, fields))
        return asked

    def catch_up(self) -> None:
        """Let the sender hear what crossed its ask on the way."""
        for decision, answers in self._unheard:
            self.at_sender = _allowed(lifecycle.hear_decision(self.at_sender, decision, answers))
        self._unheard = []

    def tell(self, body: Model, *, by_sender: bool = False, cause: str | None = None) -> Message:
        """Say something about the referral that is neither decision nor ask."""
        source, to = (self.sender, self.recipient) if by_sender else (self.recipient, self.sender)
        by = Mover.WORKER if cause is None else Mover.SYSTEM
        cause = cause or self.teller.request()
        return self.teller.say(source, to, self.id, body, by=by, journey=self.journey, cause=cause)

    def remind(self, **fields: object) -> Message:
        """Let a clock of the sender say that the recipient is late."""
        body = ReferralOverdue.model_validate(fields)
        to = (self.sender, self.recipient, self.id)
        return self.teller.say(*to, body, by=Mover.CLOCK, journey=self.journey)

    def close_case(self, **fields: object) -> Message:
        """Let the recipient say that its case is closed, caused by what closed the last referral."""
        body = CaseClosed.model_validate({"case": self.case, "referrals": [self.id], **fields})
        return self.tell_of_case(body, cause=self.teller.told[-1].envelope.causation)

    def tell_of_case(self, body: CaseClosed | CaseFollowedUp, *, cause: str | None = None) -> Message:
        """Say something of the recipient's case; without a cause its worker wants it said."""
        by = Mover.WORKER if cause is None else Mover.SYSTEM
        to = (self.recipient, self.sender, body.case)
        return self.teller.say(*to, body, by=by, journey=self.journey, cause=cause or self.teller.request())

    def _by_sender(
        self, body: Model, by: Mover, cause: str, label: str, event_id: UUID | None = None
    ) -> Message:
        to = (self.sender, self.recipient, self.id)
        journey = self.journey
        return self.teller.say(*to, body, by=by, journey=journey, cause=cause, label=label, event_id=event_id)

    def _decide(
        self,
        decision: Decision,
        by: Mover,
        cause: str | None,
        label: str,
        fields: Fields,
        *,
        heard: bool = True,
    ) -> Message:
        step = _allowed(lifecycle.decide(self.at_recipient, decision, by))
        return self._said(step, by, cause, label, {decision: fields}, heard=heard)[0]

    def _said(
        self,
        step: Decided,
        by: Mover,
        cause: str | None,
        label: str,
        fields: Mapping[Decision, Fields],
        *,
        heard: bool = True,
    ) -> list[Message]:
        self.at_recipient = step.copy
        said: list[Message] = []
        for decision, answers in step.says:
            given = self._receipt() if decision is Decision.CONSENT_ERASED else fields.get(decision, {})
            body = MODEL_OF_DECISION[decision].model_validate({**given, "answers": answers})
            to = (self.recipient, self.sender, self.id)
            said.append(self.teller.say(*to, body, by=by, journey=self.journey, cause=cause, label=label))
            self._unheard.append((decision, answers))
        if heard:
            self.catch_up()
        return said

    def _receipt(self) -> Fields:
        by = self.teller.now + timedelta(days=ERASED_EVERYWHERE_DAYS)
        return {"erased": ["referral", "ledger"], "method": "cleared", "everywhere_by": by}

    @staticmethod
    def _system_fields(step: Decided, before: RecipientCopy, asked: Fields) -> Mapping[Decision, Fields]:
        return {
            Decision.CANCELLED: {"cause": "at-once", "reason": asked.get("reason")},
            Decision.WITHDRAWN: {"cause": "asked"},
            Decision.CLOSED: {"cause": "acknowledged", "closed_as": step.copy.closed_as},
            Decision.ASK_REJECTED: {"state": before.state, "cause": "too-late"},
        }


def _allowed(step: Step | NotAllowed) -> Step:
    if isinstance(step, NotAllowed):
        raise NotInTheTableError(f"The lifecycle does not allow this step of the story: {step.why}.")
    return step
