"""What is left out of a history before it is judged: keys about which two agencies may rightly differ."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from ieum_contracts.envelope import SEQUENCE_MAX
from ieum_lab.testing.history import Fact, Heard, HistoryStream, Removed, Said
from ieum_lab.testing.outside_facts import Acknowledged, Ordered
from ieum_lab.testing.own_facts import Placed

ERASED, ERASING = "body.erased", "consent.erased.v1"


def erased_unheard(facts: Sequence[Fact], rewound: Collection[str] = ()) -> set[str]:
    """Return the keys of what could not be heard in time and was erased: its body is refused for want of one.

    The test took it away, or one before it; or the recipient, whose database had gone back (`rewound`), held
    it while it compared, and withdrew the client's consent itself meanwhile.
    """
    removed: dict[HistoryStream, int] = {}
    erasing: set[tuple[str, str]] = set()
    for each in facts:
        if isinstance(each, Removed):
            removed[each.stream] = min(each.sequence, removed.get(each.stream, each.sequence))
        elif isinstance(each, Said) and each.type == ERASING and each.stream.source in rewound:
            erasing.add((each.stream.source, each.stream.key))
    return {
        each.stream.key
        for each in facts
        if isinstance(each, Heard)
        and each.reason == ERASED
        and (
            removed.get(each.stream, SEQUENCE_MAX) <= each.sequence
            or (each.stream.recipient, each.stream.key) in erasing
        )
    }


def without(facts: Sequence[Fact], lost: set[str]) -> list[Fact]:
    """Leave out all that is known of these keys, and that they were touched by what is left."""
    orders = {each.key for each in facts if isinstance(each, Acknowledged) and each.thing in lost}
    return [
        _untouched(each, lost)
        for each in facts
        if lost.isdisjoint(_keys(each)) and not (isinstance(each, Ordered) and each.key in orders)
    ]


def _keys(fact: Fact) -> set[str]:
    """Return the keys that a fact is about; where places are, all count, also of what is left out."""
    if isinstance(fact, Placed):
        return set()
    stream = getattr(fact, "stream", None)
    named = {getattr(fact, name, "") for name in ("thing", "case", "key")}
    return named | ({stream.key} if stream is not None else set())


def _untouched(fact: Fact, lost: set[str]) -> Fact:
    if not isinstance(fact, Said | Heard) or lost.isdisjoint(fact.touches):
        return fact
    return replace(fact, touches=tuple(each for each in fact.touches if each not in lost))
