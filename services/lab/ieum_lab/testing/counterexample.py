"""Counterexamples: the few facts of a long history that show a person why a verdict was given."""

from collections.abc import Iterable, Iterator, Sequence

from ieum_lab.testing.history import (
    Carried,
    Changed,
    Fact,
    Heard,
    HistoryStream,
    Injected,
    Left,
    Parked,
    Removed,
    Said,
)
from ieum_lab.testing.outside_facts import Acknowledged, Amended, Detailed, Fed, Owed
from ieum_lab.testing.verdicts import Verdict

LINES_MAX = 60
NEAR = 3
"""Events of the stream are shown up to this distance from the number."""


def explain(verdict: Verdict, history: Iterable[Fact]) -> str:
    """Return a verdict with what happened to its stream near its number, or to its thing."""
    near = [fact for fact in history if _concerns(fact, verdict.about) and _is_near(fact, verdict.sequence)]
    lines = [line for fact in near for line in _told(fact)]
    shown = sorted(lines)[:LINES_MAX]
    more = [f"  … and {len(lines) - LINES_MAX} more"] if len(lines) > LINES_MAX else []
    return "\n".join([f"{verdict.broken}: {verdict.why}", *(text for _, text in shown), *more])


def _concerns(fact: Fact, about: HistoryStream | tuple[str, str]) -> bool:
    if isinstance(about, HistoryStream):
        mine = isinstance(fact, Changed) and fact.thing == about.key
        mine = mine or (isinstance(fact, Fed) and (fact.family, fact.key) == (about.family, about.key))
        return mine or getattr(fact, "stream", None) == about
    agency, thing = about
    match fact:
        case Changed():
            return fact.thing == thing
        case Said() | Heard():
            return thing == fact.stream.key or thing in fact.touches
        case Acknowledged() | Owed() | Amended() | Detailed():
            return thing == fact.thing
        case Injected() | Left():
            return fact.at == agency and thing in {getattr(fact, "digest", ""), getattr(fact, "what", "")}
        case _:
            return False


def _is_near(fact: Fact, sequence: int) -> bool:
    other = getattr(fact, "sequence", sequence)
    return not sequence or abs(other - sequence) <= NEAR


Place = tuple[int, str, int, int]


def _told(fact: Fact) -> Iterator[tuple[Place, str]]:
    """Yield a line and its sort key: kinds of facts together, each kind in its own order."""
    match fact:
        case Said(stream=stream, sequence=sequence):
            yield (
                (0, str(stream), sequence, 0),
                f"  said     {stream} #{sequence} {fact.type} {fact.digest[:8]}",
            )
        case Carried(stream=stream, sequence=sequence):
            place = f"{fact.partition}/{fact.offset}"
            text = f"  carried  {stream} #{sequence} {fact.digest[:8]} at {place}"
            yield (1, str(stream), fact.offset, 0), text
        case Injected():
            yield (2, fact.at, fact.offset, 0), f"  injected {fact.at} {fact.family}, must be {fact.must}"
        case Removed(stream=stream, sequence=sequence):
            yield (2, str(stream), sequence, 0), f"  removed  {stream} #{sequence} on its way"
        case Heard(stream=stream, sequence=sequence):
            words = " ".join(filter(None, [fact.fate, fact.reason, fact.digest[:8], f"order {fact.order}"]))
            yield (3, str(stream), fact.order or 0, sequence), f"  heard    {stream} #{sequence} {words}"
        case Parked(stream=stream, sequence=sequence):
            yield (4, str(stream), sequence, 0), f"  parked   {stream} #{sequence} {fact.reason}"
        case Changed():
            text = f"  changed  {fact.at} {fact.thing} version {fact.before} → {fact.after} {fact.state}"
            yield (5, fact.at, fact.order, 0), text
        case Left():
            yield (6, fact.at, 0, 0), f"  left     {fact.at} {fact.what} {fact.detail}".rstrip()
        case _:
            yield from _seen(fact)


def _seen(fact: Fact) -> Iterator[tuple[Place, str]]:
    """Yield lines of what callers saw."""
    match fact:
        case Acknowledged():
            word = "refused" if fact.refused else f"version {fact.version}"
            yield (7, fact.at, fact.version, 0), f"  answered {fact.at} {fact.thing} {word}"
        case Fed(sequence=sequence):
            direction = "said" if fact.said else "heard"
            text = f"  fed      {fact.at} {fact.number} {fact.family} {fact.key} #{sequence} {direction}"
            yield (8, fact.at, fact.number, 0), text
        case _:
            pass


def report(verdicts: Sequence[Verdict], history: Sequence[Fact], shown: int = 5) -> str:
    """Explain the first verdicts of each name."""
    told: dict[str, list[str]] = {}
    for verdict in verdicts:
        texts = told.setdefault(verdict.broken, [])
        if len(texts) < shown:
            texts.append(explain(verdict, history))
    return "\n\n".join(text for texts in told.values() for text in texts)
