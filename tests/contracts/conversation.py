"""Judges examples as one conversation, from the published files alone: times, numbers, causes, copies."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from uuid import UUID

from ieum_contracts import envelope, lifecycle
from ieum_contracts.catalogue import EVENT_TYPES, Party, ask_of, decision_of, decode
from ieum_contracts.codes import AskType
from ieum_contracts.envelope import Envelope
from ieum_contracts.lifecycle import Decided, Mover, NotAllowed, RecipientCopy, Said, SenderCopy
from ieum_contracts.model import Model
from ieum_contracts.overdue import ReferralOverdue
from ieum_contracts.topics import STREAM_FAMILIES, Family
from tests.contracts.golden import headers_of, value_of

Example = Mapping[str, Any]


@dataclass
class Copies:
    """Both copies of one referral, and what the recipient's system still has to say at once."""

    request: Envelope
    sender: SenderCopy = field(default_factory=SenderCopy)
    recipient: RecipientCopy = field(default_factory=RecipientCopy)
    due: list[tuple[Said, str]] = field(default_factory=list)


_decoded = lru_cache(256)(decode)


class Judge:
    """Reads examples in the order in which they were said and names every fault."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self._heard: dict[str, Envelope] = {}
        self._numbers: dict[tuple[str, ...], int] = defaultdict(int)
        self._referrals: dict[str, Copies] = {}
        self._name = ""

    def read(self, example: Example) -> None:
        """Judge the next example."""
        event = envelope.read(headers_of(dict(example)))
        body = _decoded(event.type, event.dataschema, value_of(dict(example)))
        self._name = f"{event.type} {event.subject[-4:]} {event.sequence}"
        self._judge_place(event)
        if EVENT_TYPES[event.type].family is Family.REFERRAL:
            self._judge_move(event, body)
        elif EVENT_TYPES[event.type].family is Family.DELIVERY:
            self._judge_talk(event, example)
        self._heard[str(event.id)] = event

    def end(self) -> list[str]:
        """Name all faults, also what was never said."""
        for key, copies in self._referrals.items():
            self.faults += [f"{key}: {said} was never said" for said, _ in copies.due]
            open_asks = (*copies.sender.open, *copies.recipient.waiting)
            self.faults += [f"{key}: {ask} was never answered" for _, ask in open_asks]
        return self.faults

    def _fault(self, text: str) -> None:
        self.faults.append(f"{self._name}: {text}")

    def _judge_place(self, event: Envelope) -> None:
        last = next(reversed(self._heard.values()), None)
        if last is not None and (event.time <= last.time or event.id <= last.id):
            self._fault("time or id does not rise")
        family = EVENT_TYPES[event.type].family
        if family in STREAM_FAMILIES:
            stream = (str(event.source), str(event.recipient), family, event.subject)
            self._numbers[stream] += 1
            if event.sequence != self._numbers[stream]:
                self._fault(f"the number ought to be {self._numbers[stream]}")
        cause = event.causation
        if cause is None or cause.startswith("request-"):
            return
        heard = self._heard.get(cause)
        if heard is None or heard.recipient != event.source or heard.journey != event.journey:
            self._fault("is caused by nothing that its source heard in this journey")

    def _judge_move(self, event: Envelope, body: Model) -> None:
        if event.journey is None:
            self._fault("has no journey")
        copies = self._referrals.get(event.subject)
        if copies is None:
            if not event.type.startswith("referral.requested"):
                return self._fault("speaks of a referral that nobody requested")
            self._referrals[event.subject] = Copies(event)
            return None
        request, by = copies.request, EVENT_TYPES[event.type].by
        parties = (request.source, request.recipient)
        if Party.SENDER not in by:
            parties = (request.recipient, request.source)
        if (event.source, event.recipient) != parties:
            self._fault("comes from the wrong party")
        if event.journey != request.journey:
            self._fault("belongs to another journey")
        ask, decision = ask_of(body), decision_of(body)
        if ask is not None:
            return self._judge_ask(copies, event, ask)
        if isinstance(body, ReferralOverdue):  # a reminder changes nothing, in any state
            return None
        assert decision is not None
        return self._judge_decision(copies, event, (decision, body.answers))  # type: ignore[attr-defined]

    def _judge_ask(self, copies: Copies, event: Envelope, ask: AskType) -> None:
        asked = lifecycle.ask(copies.sender, ask, event.id)
        if isinstance(asked, NotAllowed):
            return self._fault(f"the sender may not ask it: {asked.why}")
        copies.sender = asked
        step = lifecycle.hear_ask(copies.recipient, ask, event.id, reopening_possible=True)
        copies.recipient = step.copy
        copies.due += [(said, str(event.id)) for said in step.says]
        return None

    def _judge_decision(self, copies: Copies, event: Envelope, said: Said) -> None:
        if copies.due:
            due, cause = copies.due.pop(0)
            if (said, event.causation) != (due, cause):
                self._fault(f"the system owes {due} because of {cause}")
        else:
            first = event.causation == str(copies.request.id)
            movers = (Mover.SYSTEM,) if first else (Mover.WORKER, Mover.CLOCK)
            steps = [lifecycle.decide(copies.recipient, said[0], by, said[1]) for by in movers]
            made = next((step for step in steps if isinstance(step, Decided)), None)
            if made is None or made.says[0] != said:
                return self._fault(f"the recipient may not say it: {steps[0]}")
            if not first and not (event.causation or "request-").startswith("request-"):
                self._fault("a worker's decision is no answer to an event")
            copies.recipient = made.copy
            copies.due = [(each, str(event.causation)) for each in made.says[1:]]
        heard = lifecycle.hear_decision(copies.sender, *said)
        if isinstance(heard, NotAllowed):
            return self._fault(f"the sender may not hear it: {heard.why}")
        copies.sender = heard
        return None

    def _judge_talk(self, event: Envelope, example: Example) -> None:
        body = example["body"]
        if event.sequence is not None or event.journey is not None or event.causation is not None:
            self._fault("talk about delivery has no number, no journey and no cause")
        for head in body.get("heads", ()):
            mine, theirs = (
                (str(event.source), str(event.recipient)),
                (str(event.recipient), str(event.source)),
            )
            if head["said"] > self._numbers[(*mine, head["family"], head["key"])]:
                self._fault("says more than was said")
            if head["heard"] > self._numbers[(*theirs, head["family"], head["key"])]:
                self._fault("heard more than was said")
        about = (str(event.recipient), str(event.source), body.get("family", ""), body.get("key", ""))
        number = body.get("sequence", body.get("first", 0))
        if event.type.startswith("stream.refused"):  # what was refused is shown by no example
            self._numbers[about] = max(self._numbers[about], number)
        if number > self._numbers[about]:
            self._fault("speaks of a number that was never said")


def faults_of(examples: Sequence[Example]) -> list[str]:
    """Name every fault of a conversation; the examples may come in any order."""
    judge = Judge()
    for example in sorted(examples, key=lambda each: str(each["headers"]["ce_time"])):
        judge.read(example)
    return judge.end()


def planted(examples: Sequence[Example]) -> Iterator[tuple[str, list[Example]]]:
    """Plant one fault after the other."""
    for at, example in enumerate(examples):
        stream = [each for each in examples if _stream(each) == _stream(example)]
        if example is not stream[-1]:
            yield f"left out {example['headers']['ce_type']}", [*examples[:at], *examples[at + 1 :]]
    for name, change in _CHANGES.items():
        for at, example in enumerate(examples):
            changed = change(example)
            if changed is not None:
                others = [*examples[:at], changed, *examples[at + 1 :]]
                yield f"{name} {example['headers']['ce_type']}", others


def _stream(example: Example) -> tuple[object, ...]:
    numbered = "ce_sequence" in example["headers"]
    return (example["headers"]["ce_source"], example["topic"], example["key"], numbered or example["step"])


def _having(example: Example, **headers: str) -> Example:
    return {**example, "headers": {**example["headers"], **headers}}


def _other_number(example: Example) -> Example | None:
    number = example["headers"].get("ce_sequence")
    return None if number is None else _having(example, ce_sequence=f"{int(number) + 1:020}")


def _other_cause(example: Example) -> Example | None:
    caused = not example["headers"].get("ce_causation", "request-").startswith("request-")
    return _having(example, ce_causation=str(UUID(int=7))) if caused else None


def _other_answers(example: Example) -> Example | None:
    if not example["body"].get("answers"):
        return None
    return {**example, "body": {**example["body"], "answers": [str(UUID(int=7))]}}


def _other_journey(example: Example) -> Example | None:
    is_move = example["headers"]["ce_type"].startswith(("referral.", "consent."))
    is_request = example["headers"]["ce_type"].startswith("referral.requested")
    return _having(example, ce_journey=str(UUID(int=7))) if is_move and not is_request else None


_CHANGES = {
    "number": _other_number,
    "cause": _other_cause,
    "answers": _other_answers,
    "journey": _other_journey,
}
