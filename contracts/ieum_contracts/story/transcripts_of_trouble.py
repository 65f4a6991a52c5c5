"""Conversations in which the way between the agencies is not a smooth one."""

from collections.abc import Iterator
from dataclasses import replace

from ieum_contracts.codes import AskType, Decision
from ieum_contracts.delivery import (
    StreamHead,
    StreamHeads,
    StreamHeadsAnswered,
    StreamHeadsAsked,
    StreamParked,
    StreamRefused,
    StreamResendAsked,
)
from ieum_contracts.eligibility import EligibilityChanged
from ieum_contracts.model import Model
from ieum_contracts.story.conversing import begun, received, transcript, whole
from ieum_contracts.story.referral import Told
from ieum_contracts.story.telling import Message
from ieum_contracts.story.transcript import Role, Said, Transcript
from ieum_contracts.topics import Family

_D, _A = Decision, AskType
GAP_SECONDS = 30
SENDER_ONLY, RECIPIENT_ONLY = (Role.SENDER,), (Role.RECIPIENT,)
WRONG_BODY = b'{"subject":"person"}'


def transcripts_of_trouble() -> Iterator[Transcript]:
    """Tell every conversation of this kind."""
    yield _twice()
    yield _crossing()
    yield _gap()
    yield _asked_again()
    yield _refused()
    yield _told_refused()
    yield _early()
    yield _told_parked()
    yield _heads_asked()


def _twice() -> Transcript:
    told = received()
    told.ask(_A.AMENDED, priority="urgent", priority_cause="claim-deadline")
    told.decide(_D.DECLINED, reason="no-capacity")
    asked, got, amended, noted, declined = told.teller.told
    said = [Said(asked), Said(got), Said(asked, again=True), Said(got, again=True)]
    said += [Said(amended), Said(noted), Said(amended, again=True), Said(asked, again=True)]
    said += [Said(declined), Said(declined, again=True), Said(got, again=True)]
    return transcript("twice", "Records come more than once, and count once.", told, said)


def _crossing() -> Transcript:
    told = received()
    told.decide(_D.DECLINED, reason="no-capacity", heard=False)
    told.ask(_A.AMENDED, priority="urgent", priority_cause="claim-deadline")
    about = "An ask crosses a decision on the way, and comes too late."
    return whole("crossing", about, told, roles=RECIPIENT_ONLY)


def _gap() -> Transcript:
    told = received()
    told.ask(_A.AMENDED, priority="urgent", priority_cause="claim-deadline")
    told.ask(_A.CANCEL_REQUESTED, reason="found-work")
    asked, got, amended, noted, cancelling, cancelled = told.teller.told
    wants = _of_delivery(told, StreamResendAsked, first=2, last=2)
    again = Said(wants, because=cancelling, after_seconds=GAP_SECONDS)
    said = [Said(asked), Said(got), Said(cancelling), again]
    said += [Said(amended, because=wants), Said(noted), Said(cancelled)]
    about = "Number 3 comes before number 2, which is asked for and then counts first."
    return transcript("gap", about, told, said, roles=RECIPIENT_ONLY)


def _asked_again() -> Transcript:
    told = received()
    asked, got = told.teller.told
    wants = _of_delivery(told, StreamResendAsked, first=1, last=1)
    said = [Said(asked), Said(wants), Said(asked, because=wants, again=True), Said(got)]
    about = "The recipient misses what was said and asks for it again."
    return transcript("asked-again", about, told, said, roles=SENDER_ONLY)


def _refused() -> Transcript:
    told = begun()
    wrong = replace(told.teller.told[0], body=WRONG_BODY)
    refusal = _refusal(told, wrong, "body.invalid")
    said = [Said(wrong), Said(refusal, because=wrong)]
    about = "The request's body is wrong: its number is consumed and nothing changes."
    return transcript("refused", about, told, said, roles=RECIPIENT_ONLY)


def _told_refused() -> Transcript:
    told = begun()
    asked = told.teller.told[0]
    said = [Said(asked), Said(_refusal(told, asked, "body.invalid"), because=asked)]
    about = "The recipient refuses the request: people have to be told, and nothing more is said."
    return transcript("told-refused", about, told, said, roles=SENDER_ONLY)


def _early() -> Transcript:
    told = begun()
    fields = {"programme": "livelihood", "old": "likely", "new": "granted"}
    change = EligibilityChanged.model_validate({**fields, "effective_on": told.teller.now.date()})
    early = told.tell(change, by_sender=True)
    told.answer(_D.RECEIVED)
    asked, _, got = told.teller.told
    waiting = {"reason": "awaiting-referral", "state": "waiting", "since": told.teller.now}
    parked = _of_delivery(told, StreamParked, sequence=1, family=Family.ELIGIBILITY, **waiting)
    heads = _heads(told, heard=1, said=0, family=Family.ELIGIBILITY)
    said = [Said(early), Said(parked, because=early), Said(asked), Said(got), Said(heads, because=asked)]
    about = "News of a referral comes before the referral: it waits, and goes on by itself."
    return transcript("early", about, told, said, roles=RECIPIENT_ONLY)


def _told_parked() -> Transcript:
    told = begun()
    waiting = {"reason": "value.unknown", "state": "waiting", "since": told.teller.now}
    parked = _of_delivery(told, StreamParked, sequence=1, **waiting)
    heads = _heads(told, heard=1, said=1)
    told.answer(_D.RECEIVED)
    asked, got = told.teller.told[0], told.teller.told[-1]
    said = [Said(asked), Said(parked, because=asked), Said(heads), Said(got)]
    about = "The recipient does not understand the request until it is upgraded."
    return transcript("told-parked", about, told, said, roles=SENDER_ONLY)


def _heads_asked() -> Transcript:
    told = received()
    ask = told.teller.new_id()
    question = StreamHeadsAsked(ask=ask, since=told.teller.now)
    asked = told.teller.say(told.sender, told.recipient, ask, question)
    head = StreamHead(family=Family.REFERRAL, key=told.id, said=1, heard=1)
    answer = StreamHeadsAnswered(ask=ask, heads=(head,), last=True)
    answered = told.teller.say(told.recipient, told.sender, ask, answer)
    request, got = told.teller.told[:2]
    said = [Said(request), Said(got), Said(asked), Said(answered, because=asked)]
    about = "The sender's database was restored; it asks how far the streams have come."
    made = transcript("heads-asked", about, told, said, roles=RECIPIENT_ONLY)
    since = question.model_dump(mode="json")["since"]
    return replace(made, names={**made.names, "ask": str(ask), "earlier": since})


def _refusal(told: Told, wrong: Message, reason: str) -> Message:
    event = wrong.envelope
    fields = {"event": event.id, "type": event.type, "reason": reason, "digest": wrong.digest}
    return _of_delivery(told, StreamRefused, sequence=1, **fields)


def _heads(told: Told, *, said: int, heard: int, family: Family = Family.REFERRAL) -> Message:
    head = StreamHead(family=family, key=told.id, said=said, heard=heard)
    return told.teller.say(told.recipient, told.sender, told.id, StreamHeads(heads=(head,)))


def _of_delivery(told: Told, kind: type[Model], **fields: object) -> Message:
    body = kind.model_validate({"family": Family.REFERRAL, "key": told.id, **fields})
    return told.teller.say(told.recipient, told.sender, told.id, body)
