"""Conversations before a referral and in spite of silence: inquiries, and a clock that speaks."""

from collections.abc import Iterator
from uuid import UUID

from ieum_contracts.codes import Decision
from ieum_contracts.delivery import StreamRefused
from ieum_contracts.eligibility import EligibilityAssessed
from ieum_contracts.inquiry import EligibilityRequested
from ieum_contracts.lifecycle import Mover
from ieum_contracts.story.conversing import PROGRAMME, RECIPIENT, SENDER, START, requested
from ieum_contracts.story.referral import Told
from ieum_contracts.story.telling import Message, Teller
from ieum_contracts.story.transcript import Role, Said, Transcript
from ieum_contracts.topics import Family

_D = Decision
RULE_SET, NOT_OFFERED, PROMPT = "the-rules", "no-such-programme", "the-prompt-programme"


def transcripts_of_asking() -> Iterator[Transcript]:
    """Tell every conversation of this kind."""
    yield _inquired()
    yield _inquired_twice()
    yield _inquired_in_vain()
    yield _overdue()


def _inquired() -> Transcript:
    told, inquiry, _, answered = _asked_and_answered()
    cited = {"event": answered.envelope.id, "inquiry": inquiry}
    told.request({**requested(), "assessment": cited})
    told.answer(_D.RECEIVED)
    told.decide(_D.DECLINED, reason="no-capacity")
    about = "The desk asks without a name, is answered at once, and refers citing the answer."
    return _transcript("inquired", about, told, inquiry, [Said(each) for each in told.teller.told])


def _inquired_twice() -> Transcript:
    told, inquiry, asked, answered = _asked_and_answered()
    said = [Said(asked), Said(answered), Said(asked, again=True), Said(answered, again=True)]
    about = "An inquiry and its answer come twice, and count once."
    return _transcript("inquired-twice", about, told, inquiry, said)


def _inquired_in_vain() -> Transcript:
    told = _nothing_told()
    inquiry = told.teller.new_id()
    asked = _ask(told.teller, inquiry, NOT_OFFERED)
    event = asked.envelope
    refusal = StreamRefused(
        key=inquiry,
        family=Family.ELIGIBILITY,
        sequence=1,
        event=event.id,
        type=event.type,
        digest=asked.digest,
        reason="programme-not-offered",
    )
    refused = told.teller.say(RECIPIENT, SENDER, inquiry, refusal)
    about = "An inquiry about a programme that the recipient does not offer is refused."
    said = [Said(asked), Said(refused, because=asked)]
    return _transcript("inquired-in-vain", about, told, inquiry, said, roles=(Role.RECIPIENT,))


def _overdue() -> Transcript:
    told = Told(Teller(START), SENDER, RECIPIENT).request(requested(PROMPT))
    told.answer(_D.RECEIVED)
    told.remind(clock="decision", level="overdue", due_at=told.teller.now)
    told.decide(_D.DECLINED, reason="no-capacity")
    about = "Nobody decides in time: the sender's clock reminds the recipient, and changes nothing."
    said = [Said(each) for each in told.teller.told]
    return Transcript("overdue", about, told, said, names={"prompt": PROMPT})


def _asked_and_answered() -> tuple[Told, UUID, Message, Message]:
    """Let the desk ask about a programme without published rules, and the recipient's system answer."""
    told = _nothing_told()
    inquiry = told.teller.new_id()
    asked = _ask(told.teller, inquiry, PROGRAMME)
    advice = {"programme": PROGRAMME, "likelihood": "needs-info", "cause": "no-published-rule"}
    body = {**advice, "rule_set": RULE_SET, "as_of": str(told.teller.now.date())}
    answer = EligibilityAssessed.model_validate({"programmes": [body]})
    cause = str(asked.envelope.id)
    return told, inquiry, asked, told.teller.say(RECIPIENT, SENDER, inquiry, answer, cause=cause)


def _ask(teller: Teller, inquiry: UUID, programme: str) -> Message:
    body = EligibilityRequested.model_validate({"programmes": [programme], "sealed": {"circumstances": {}}})
    return teller.say(SENDER, RECIPIENT, inquiry, body, by=Mover.WORKER, cause=teller.request())


def _nothing_told() -> Told:
    return Told(Teller(START), SENDER, RECIPIENT)


def _transcript(
    name: str,
    about: str,
    told: Told,
    inquiry: UUID,
    said: list[Said],
    *,
    roles: tuple[Role, ...] = (Role.SENDER, Role.RECIPIENT),
) -> Transcript:
    names = {"programme": PROGRAMME, "inquiry": str(inquiry), "rules": RULE_SET}
    return Transcript(name, about, told, said, roles, names)
