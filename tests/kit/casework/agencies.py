"""Two agencies in memory: their casework is real, only the database and Kafka between them are left out."""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from uuid import UUID

from pydantic import JsonValue

from ieum.casework import deciding, sending
from ieum.casework.ask_orders import ASK_ORDER
from ieum.casework.decision_orders import DECISION_ORDER, Accept
from ieum.casework.eligibility import Rule, RuleSet, rule
from ieum.casework.hearing import hear
from ieum.casework.loaded_cases import LoadedCases
from ieum.casework.orders import REFERRAL_ORDER
from ieum.casework.referral_guards import Prior
from ieum.casework.refusals import NotYet, Refusal, RefusedEvent
from ieum.casework.sending import NewIds
from ieum.casework.values import AgencyView, Case, Change, Referral
from ieum_contracts.address import Address
from ieum_contracts.catalogue import dataschema_of, type_of
from ieum_contracts.codes import AskType, Decision, SubjectKind
from ieum_contracts.envelope import Envelope
from ieum_contracts.message import Event, Say
from ieum_contracts.programme import ProgrammePublished

SENDER = Address("yangju", "employment-center")
RECIPIENT = Address("yangju", "city-welfare-team")
PROGRAMME = "welfare-counselling"
START = datetime(2026, 7, 1, 0, 0, tzinfo=UTC)
_IDS = count(1)


@rule("시험 규칙 1 (2020)", "가구원 수가 있다", since=date(2020, 1, 1))
def household_known(household_size: int) -> bool:
    """Ask for a household with members."""
    return household_size > 0


RULES: tuple[Rule, ...] = (household_known,)


def new_id() -> UUID:
    """Make an id that no other test has."""
    return UUID(int=next(_IDS))


def published(programme: str, **fields: object) -> ProgrammePublished:
    """Publish a programme."""
    given = {"programme": programme, "version": 1, "name_ko": "시험", "name_en": "Test", **fields}
    return ProgrammePublished.model_validate(given)


PUBLISHED: Mapping[tuple[Address, str], ProgrammePublished] = {
    (RECIPIENT, PROGRAMME): published(PROGRAMME),
    (RECIPIENT, "case-management"): published("case-management"),
    (RECIPIENT, "hiring-support"): published("hiring-support", subjects=(SubjectKind.EMPLOYER,)),
    (SENDER, "training-card"): published("training-card"),
}


def view_of(me: Address) -> AgencyView:
    """Give what an agency knows beside its referrals."""
    rule_sets = {
        programme: RuleSet(programme, "test/1", RULES if programme == "case-management" else ())
        for address, programme in PUBLISHED
        if address == me
    }
    return AgencyView(me, rule_sets, PUBLISHED)


def referral_order(**fields: JsonValue) -> dict[str, JsonValue]:
    """Write an order for a referral as an agency's system would post it."""
    return {
        "recipient": RECIPIENT.agency,
        "client_ref": "EC-1",
        "subject": "person",
        "programme": PROGRAMME,
        "hand_over": "walked-over-now",
        "legal_basis": "ssba-16-2-referral",
        "sealed": {
            "client": {"name": "가나다 시험"},
            "contact": {"phone": "010-0000-0000", "safe_to_call": True},
            "circumstances": {"household_size": {"value": 2, "source": "stated"}},
        },
        **fields,
    }


_BARE_DECISIONS: dict[Decision, dict[str, JsonValue]] = {
    decision: {"decision": decision.value} for decision in Decision
}
DECISIONS: Mapping[Decision, dict[str, JsonValue]] = {
    **_BARE_DECISIONS,
    Decision.INFO_REQUESTED: {"decision": "info-requested", "questions": ["household"]},
    Decision.PROGRESSED: {"decision": "progressed", "sub_status": "contacted"},
    Decision.HELD: {"decision": "held", "reason": "documents-missing"},
    Decision.COMPLETED: {"decision": "completed", "outcome": "service-provided"},
    Decision.FAILED: {"decision": "failed", "reason": "no-show-repeated"},
    Decision.DECLINED: {"decision": "declined", "reason": "no-capacity"},
    Decision.REDIRECTED: {
        "decision": "redirected",
        "reason": "wrong-service",
        "suggestion": {"agency": "/yangju/city-job-center", "programme": "job-counselling"},
    },
}
NEW_CONTACT: JsonValue = {"phone": "010-0000-0001", "safe_to_call": True}
_BARE_ASKS: dict[AskType, dict[str, JsonValue]] = {ask: {"ask": ask.value} for ask in AskType}
ASKS: Mapping[AskType, dict[str, JsonValue]] = {
    **_BARE_ASKS,
    AskType.AMENDED: {"ask": "amended", "sealed": {"contact": NEW_CONTACT}},
    AskType.CANCEL_REQUESTED: {"ask": "cancel-requested", "reason": "client-declined"},
}


@dataclass
class Desk:
    """One agency: what it knows, and the events that lie in its mailbox."""

    me: Address
    known: LoadedCases = field(default_factory=LoadedCases)
    mailbox: deque[Event] = field(default_factory=deque)


def event_of(say: Say, source: Address, now: datetime) -> Event:
    """Put an envelope around what an agency says."""
    envelope = Envelope(
        id=say.id or new_id(),
        source=source,
        type=type_of(say.body),
        time=now,
        subject=str(say.key),
        recipient=say.to,
        dataschema=dataschema_of(say.body),
        sequence=1,
        journey=say.journey,
    )
    return Event(envelope, say.body)


@dataclass
class Two:
    """A sender and a recipient and one referral between them; each step takes a minute."""

    sender: Desk = field(default_factory=lambda: Desk(SENDER))
    recipient: Desk = field(default_factory=lambda: Desk(RECIPIENT))
    now: datetime = START
    id: UUID = field(default_factory=new_id)
    said: list[Say] = field(default_factory=list)

    def refer(self, after: Referral | None = None, /, **fields: JsonValue) -> Change | Refusal:
        """Order a referral at the sender, one that follows from another where it is given."""
        parent: dict[str, JsonValue] = {} if after is None else {"parent": str(after.id)}
        order = REFERRAL_ORDER.validate_python(referral_order(**parent, **fields))
        ids = NewIds(self.id, new_id())
        return self._take(self.sender, sending.refer(order, view_of(SENDER), Prior(after), self._tick(), ids))

    def decide(
        self, decision: Decision, into: Case | None = None, /, **fields: JsonValue
    ) -> Change | Refusal:
        """Let the recipient's worker decide."""
        order = DECISION_ORDER.validate_python({**DECISIONS[decision], **fields})
        referral = self.recipient.known.referrals[self.id]
        case = into if isinstance(order, Accept) else self.recipient.known.case_of(referral)
        return self._take(self.recipient, deciding.decide(referral, case, order, self._tick(), new_id()))

    def ask(self, ask: AskType, **fields: JsonValue) -> Change | Refusal:
        """Let the sender ask."""
        order = ASK_ORDER.validate_python({**ASKS[ask], **fields})
        referral = self.sender.known.referrals[self.id]
        return self._take(self.sender, sending.ask(referral, order, self._tick(), new_id()))

    def deliver(self) -> list[Change | RefusedEvent | NotYet]:
        """Deliver until both mailboxes are empty."""
        return list(self._delivered())

    def _delivered(self) -> Iterator[Change | RefusedEvent | NotYet]:
        while self.sender.mailbox or self.recipient.mailbox:
            for handler in (self.recipient, self.sender):
                while handler.mailbox:
                    event = handler.mailbox.popleft()
                    outcome = hear(handler.known, event, view_of(handler.me), self._tick())
                    if isinstance(outcome, Change):
                        self._take(handler, outcome, event)
                    yield outcome

    def _take(self, handler: Desk, change: Change | Refusal, heard: Event | None = None) -> Change | Refusal:
        if isinstance(change, Change):
            handler.known.take(change, heard)
            self.said.extend(change.says)
            for say in change.says:
                other = self.sender if say.to == SENDER else self.recipient
                other.mailbox.append(event_of(say, handler.me, self.now))
        return change

    def _tick(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now

    @property
    def at_sender(self) -> Referral:
        """The sender's copy."""
        return self.sender.known.referrals[self.id]

    @property
    def at_recipient(self) -> Referral:
        """The recipient's copy."""
        return self.recipient.known.referrals[self.id]
