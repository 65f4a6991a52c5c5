"""Judges the feed as a reader read it along: everything that took effect, once, each stream in its order."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from ieum_lab.testing.history import Fact, Heard, HistoryStream, Said
from ieum_lab.testing.outside_facts import Fed, ReadToEnd
from ieum_lab.testing.verdicts import Broken, Number, Verdict

Entry = tuple[str, HistoryStream, int]
"""At which agency, of which stream, and which number of it."""


def judge_feed(facts: Sequence[Fact]) -> Iterator[Verdict]:
    """Return a verdict for each event that the feed left out, doubled, invented or put in the wrong place."""
    readers = {fact.at for fact in facts if isinstance(fact, ReadToEnd)}
    effects = {entry for entry in _effects(facts) if entry[0] in readers}
    last: dict[tuple[str, HistoryStream], int] = defaultdict(int)
    seen: set[Entry] = set()
    fed = sorted((f for f in facts if isinstance(f, Fed)), key=lambda fact: (fact.at, fact.number))
    for each in fed:
        stream = _stream(each)
        entry = each.at, stream, each.sequence
        number = Number(stream, each.sequence)
        if each.at in readers and entry not in effects:
            yield Verdict(Broken.PHANTOM, f"{number} is in the feed of {each.at} and had no effect.", *number)
        if entry in seen:
            yield Verdict(Broken.DUPLICATE_EFFECT, f"{number} is twice in the feed of {each.at}.", *number)
        elif each.sequence < last[each.at, stream]:
            why = f"{number} is in the feed of {each.at} after #{last[each.at, stream]}."
            yield Verdict(Broken.REORDER, why, *number)
        seen.add(entry)
        last[each.at, stream] = max(each.sequence, last[each.at, stream])
    for at, stream, sequence in sorted(effects - seen):
        number = Number(stream, sequence)
        yield Verdict(Broken.LOST, f"{number} never came to who reads the feed of {at}.", *number)


def _effects(facts: Sequence[Fact]) -> Iterator[Entry]:
    for fact in facts:
        if isinstance(fact, Said):
            yield fact.stream.source, fact.stream, fact.sequence
        elif isinstance(fact, Heard) and fact.fate == "applied":
            yield fact.stream.recipient, fact.stream, fact.sequence


def _stream(fed: Fed) -> HistoryStream:
    source, recipient = (fed.at, fed.peer) if fed.said else (fed.peer, fed.at)
    return HistoryStream(source, recipient, fed.family, fed.key)
