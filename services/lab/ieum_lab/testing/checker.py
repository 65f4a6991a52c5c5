"""The history checker: a pure function that finds broken promises in what happened."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from ieum_lab.testing.clock_verdicts import judge_clocks
from ieum_lab.testing.feed_verdicts import judge_feed
from ieum_lab.testing.history import (
    Carried,
    Changed,
    Fact,
    Heard,
    HistoryStream,
    Injected,
    Left,
    Parked,
    Quarantined,
    Removed,
    Said,
    Unkept,
)
from ieum_lab.testing.outside_verdicts import judge_cases, judge_contents, judge_orders, judge_owed
from ieum_lab.testing.verdicts import Broken, Number, Verdict
from ieum_lab.testing.waitlist_verdicts import judge_waitlists

Kind = TypeVar("Kind")


def judge(history: Iterable[Fact]) -> list[Verdict]:
    """Return every verdict on a history in which all had the time to arrive; empty for a clean one."""
    facts = list(history)
    own = (judge_clocks, judge_waitlists)
    outside = (judge_orders, judge_owed, judge_contents, judge_cases, judge_feed)
    rules = (_lost, _heard_wrongly, _order, _wire, _injections, _effects, _copies, _stuck, *own, *outside)
    return list(dict.fromkeys(verdict for rule in rules for verdict in rule(facts)))


def _only(history: Iterable[Fact], kind: type[Kind]) -> list[Kind]:
    return [fact for fact in history if isinstance(fact, kind)]


def _said(facts: Sequence[Fact]) -> Mapping[Number, Said]:
    return {Number(said.stream, said.sequence): said for said in _only(facts, Said)}


def _changes(facts: Sequence[Fact]) -> Mapping[tuple[str, str], list[Changed]]:
    changed: dict[tuple[str, str], list[Changed]] = defaultdict(list)
    for change in _only(facts, Changed):
        changed[change.at, change.thing].append(change)
    return changed


def _lost(facts: Sequence[Fact]) -> Iterator[Verdict]:
    heard = {Number(h.stream, h.sequence): h for h in _only(facts, Heard)}
    parked = {Number(p.stream, p.sequence) for p in _only(facts, Parked)}
    all_said = _said(facts)
    for said in _only(facts, Said):
        number = Number(said.stream, said.sequence)
        if all_said[number] != said:
            yield Verdict(Broken.LOST, f"{number} was said twice, so one of the two is lost.", *number)
        elif number not in heard and number not in parked:
            yield Verdict(Broken.LOST, f"{number} ({said.type}) was said and never heard.", *number)
        elif number in heard and heard[number].fate == "refused":
            why = f"{number} ({said.type}) was said in good faith and refused as {heard[number].reason}."
            yield Verdict(Broken.LOST, why, *number)


def _heard_wrongly(facts: Sequence[Fact]) -> Iterator[Verdict]:
    foreign = {injected.digest for injected in _only(facts, Injected) if injected.must != "count-once"}
    all_said = _said(facts)
    seen: set[Number] = set()
    for heard in _only(facts, Heard):
        if heard.fate != "applied":
            continue
        number = Number(heard.stream, heard.sequence)
        said = all_said.get(number)
        if said is not None and said.digest != heard.digest:
            yield Verdict(Broken.FORGED, f"{number} took effect otherwise than it was said.", *number)
        elif said is None and heard.digest in foreign:
            yield Verdict(Broken.FORGED, f"{number} took effect and came from a stranger.", *number)
        elif said is None:
            yield Verdict(Broken.PHANTOM, f"{number} took effect and was never said.", *number)
        if number in seen:
            yield Verdict(Broken.DUPLICATE_EFFECT, f"{number} took effect twice.", *number)
        seen.add(number)


def _order(facts: Sequence[Fact]) -> Iterator[Verdict]:
    applied = [heard for heard in _only(facts, Heard) if heard.fate == "applied" and heard.order is not None]
    last: dict[HistoryStream, int] = defaultdict(int)
    for heard in sorted(applied, key=lambda each: each.order or 0):
        if heard.sequence < last[heard.stream]:
            why = f"{heard.stream} #{heard.sequence} took effect after #{last[heard.stream]}."
            yield Verdict(Broken.REORDER, why, heard.stream, heard.sequence)
        last[heard.stream] = max(last[heard.stream], heard.sequence)


def _wire(facts: Sequence[Fact]) -> Iterator[Verdict]:
    """Judge the mailboxes: they hold only what was said, with first copies in stream order."""
    strange = {(i.at, i.family, i.partition, i.offset) for i in _only(facts, Injected)}
    last: dict[HistoryStream, int] = defaultdict(int)
    said, met = _said(facts), set[Number]()
    removed = {Number(r.stream, r.sequence) for r in _only(facts, Removed)}
    for record in sorted(_only(facts, Carried), key=lambda each: (each.partition, each.offset)):
        stream, number = record.stream, Number(record.stream, record.sequence)
        if (stream.recipient, stream.family, record.partition, record.offset) in strange:
            continue
        if number not in said:
            yield Verdict(Broken.PHANTOM, f"{number} was sent and no transaction said it.", *number)
        if number in met:
            continue
        met.add(number)
        if record.sequence < last[stream] and number not in removed:
            why = f"{number} was sent for the first time after #{last[stream]}."
            yield Verdict(Broken.REORDER, why, *number)
        last[stream] = max(last[stream], record.sequence)


def _injections(facts: Sequence[Fact]) -> Iterator[Verdict]:
    kept = {(q.at, q.family, q.partition, q.offset) for q in _only(facts, Quarantined)}
    room = Counter({each.at: each.records for each in _only(facts, Unkept)})
    for injected in _only(facts, Injected):
        place = (injected.at, injected.family, injected.partition, injected.offset)
        if injected.must != "quarantined" or place in kept:
            continue
        room[injected.at] -= 1
        if room[injected.at] < 0:
            why = f"{injected.at} took the misplaced record {injected.family}/{place[2]}/{place[3]} for real."
            yield Verdict(Broken.FORGED, why, (injected.at, injected.digest))


def _effects(facts: Sequence[Fact]) -> Iterator[Verdict]:
    """Compare changes with causes: each applied event and each local command changes a thing once."""
    causes, changed = _causes(facts), _changes(facts)
    watched = {at for at, _ in changed}
    for at, thing in changed.keys() | {each for each in causes if each[0] in watched}:
        version = 0
        for change in sorted(changed.get((at, thing), ()), key=lambda each: each.order):
            if change.before != version:
                why = f"{thing} at {at} went from version {version} to one made of {change.before}."
                yield Verdict(Broken.LOST, why, (at, thing))
            version = change.after
        due = len(causes.get((at, thing), ()))
        if version != due:
            broken = Broken.DUPLICATE_EFFECT if version > due else Broken.LOST
            why = f"{thing} at {at} changed {version} times for {due} causes."
            yield Verdict(broken, why, (at, thing))


def _causes(facts: Sequence[Fact]) -> Mapping[tuple[str, str], set[str]]:
    causes: dict[tuple[str, str], set[str]] = defaultdict(set)
    for said in _only(facts, Said):
        for thing in said.touches:
            causes[said.stream.source, thing].add(said.cause)
    for heard in _only(facts, Heard):
        if heard.fate == "applied":
            for thing in heard.touches:
                causes[heard.stream.recipient, thing].add(str(Number(heard.stream, heard.sequence)))
    return causes


def _copies(facts: Sequence[Fact]) -> Iterator[Verdict]:
    """With nothing under way, all copies of a thing are in one state."""
    copies: dict[str, list[Changed]] = defaultdict(list)
    for changes in _changes(facts).values():
        latest = max(changes, key=lambda each: each.order)
        copies[latest.thing].append(latest)
    for thing, latest_of in copies.items():
        if len({each.state for each in latest_of}) > 1:
            states = ", ".join(f"{each.state} at {each.at}" for each in latest_of)
            yield Verdict(
                Broken.LOST, f"{thing} is {states}: an effect is missing.", (latest_of[0].at, thing)
            )


def _stuck(facts: Sequence[Fact]) -> Iterator[Verdict]:
    waiting = {injected.digest for injected in _only(facts, Injected) if injected.must == "parked"}
    for parked in _only(facts, Parked):
        number = Number(parked.stream, parked.sequence)
        if parked.digest not in waiting:
            why = f"{number} still waits ({parked.reason}{', dead' if parked.dead else ''})."
            yield Verdict(Broken.STUCK, why, *number)
    for left in _only(facts, Left):
        yield Verdict(
            Broken.STUCK, f"{left.at}: {left.what} {left.detail}".rstrip() + ".", (left.at, left.what)
        )
