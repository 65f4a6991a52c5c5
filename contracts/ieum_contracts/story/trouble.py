"""What goes wrong on the way in the story, and what agencies tell each other of it."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from ieum_contracts.address import Address
from ieum_contracts.catalogue import EVENT_TYPES
from ieum_contracts.delivery import (
    StreamHead,
    StreamHeads,
    StreamHeadsAnswered,
    StreamHeadsAsked,
    StreamParked,
    StreamRefused,
    StreamResendAsked,
    StreamSkipped,
)
from ieum_contracts.referral import ReferralRequested
from ieum_contracts.story.referral import Told
from ieum_contracts.story.telling import Message, Teller

WAITED_SECONDS = 31.0


def lost_on_the_way(told: Told, lost: Message) -> None:
    """Let the recipient tell its heads; the sender misses the last number and asks for it again."""
    teller, number = told.teller, lost.envelope.sequence
    family = EVENT_TYPES[lost.envelope.type].family
    heard = teller.said[told.sender, told.recipient, family, str(told.id)]
    head = StreamHead.model_validate({"family": family, "key": told.id, "said": number, "heard": heard})
    teller.say(told.recipient, told.sender, told.id, StreamHeads(heads=(head,)))
    teller.wait(seconds=WAITED_SECONDS)
    asked = StreamResendAsked.model_validate(
        {"family": family, "key": told.id, "first": number, "last": number}
    )
    teller.say(told.sender, told.recipient, told.id, asked)


def early(teller: Teller, about: Message) -> None:
    """Let the hearer park what comes before the referral of which it speaks."""
    _tell(teller, about, StreamParked, reason="awaiting-referral", state="waiting", since=teller.now)


def resumed(teller: Teller, about: Message) -> None:
    """Let the hearer tell that the stream goes on."""
    event = about.envelope
    family = EVENT_TYPES[event.type].family
    said = teller.said[event.recipient, event.source, family, event.subject]
    head = {"family": family, "key": event.subject, "said": said, "heard": event.sequence}
    heads = StreamHeads.model_validate({"heads": [head]})
    teller.say(event.recipient, event.source, event.subject, heads, label="going-on")


def given_up(teller: Teller, about: Message) -> None:
    """Let the hearer's own fault stop the stream, and its operator pass over the number."""
    failing = {"reason": "fold.failed", "since": teller.now}
    teller.wait(hours=2)
    _tell(teller, about, StreamParked, "dead", **failing, state="dead")
    teller.wait(days=2)
    _tell(teller, about, StreamSkipped, reason="known-otherwise", digest=about.digest)


def refused(teller: Teller, sender: Address, recipient: Address, asked: Mapping[str, object]) -> None:
    """Let a first try without `ce_journey` be refused; no example shows it."""
    key = teller.new_id()
    wrong = teller.say(sender, recipient, key, ReferralRequested.model_validate(asked))
    teller.told.remove(wrong)
    event = wrong.envelope
    said = {"event": event.id, "type": event.type, "digest": wrong.digest}
    _tell(teller, wrong, StreamRefused, "", reason="journey-missing", **said)
    teller.wait(hours=1)


def restored(teller: Teller, who: Address, peer: Address, since: datetime) -> None:
    """Let an agency whose database is older than the truth ask how far the streams have come."""
    teller.wait(days=1)
    ask = teller.new_id()
    teller.say(who, peer, ask, StreamHeadsAsked(ask=ask, since=since))
    both = {stream[2:] for stream in teller.said if {stream[0], stream[1]} == {who, peer}}
    heads = [
        {
            "family": family,
            "key": key,
            "said": teller.said.get((peer, who, family, key), 0),
            "heard": teller.said.get((who, peer, family, key), 0),
        }
        for family, key in sorted(both, key=lambda each: (each[1], each[0]))
        if teller.is_stream(family)
    ]
    answered = StreamHeadsAnswered.model_validate({"ask": ask, "heads": heads, "last": True})
    teller.say(peer, who, ask, answered)


def _tell(
    teller: Teller,
    about: Message,
    kind: type[StreamParked | StreamSkipped | StreamRefused],
    /,
    label: str = "",
    **fields: object,
) -> None:
    event = about.envelope
    family = EVENT_TYPES[event.type].family
    place = {"family": family, "key": event.subject, "sequence": event.sequence}
    body = kind.model_validate({**place, **fields})
    teller.say(event.recipient, event.source, UUID(event.subject), body, label=label)
