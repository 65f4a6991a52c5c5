"""Judges what callers see: an order is done once when it is answered, and what is said is so."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ieum_lab.testing.history import Changed, Fact, Heard, Said
from ieum_lab.testing.outside_facts import Acknowledged, Amended, CaseStands, Detailed, Ordered, Owed
from ieum_lab.testing.verdicts import Broken, Verdict

REQUESTED, CASE_CLOSED = "referral.requested.v1", "case.closed.v1"
CLOCK = "clock "
"""How the causes of events begin that nobody outside has asked for."""

Place = tuple[str, str]
"""An agency and a thing there."""


def judge_orders(facts: Sequence[Fact]) -> Iterator[Verdict]:
    """Compare the orders of callers with what was done: every local cause of a change is one of them."""
    agencies = {fact.at for fact in facts if isinstance(fact, Ordered)}
    answers = {fact.key: fact for fact in facts if isinstance(fact, Acknowledged)}
    done = Counter((each.at, each.thing) for each in answers.values() if each.thing and not each.refused)
    unanswered = Counter(
        (each.at, each.thing) for each in facts if isinstance(each, Ordered) and each.key not in answers
    )
    in_doubt = [each for each in answers.values() if each.refused and each.tried_before]
    unanswered += Counter((each.at, each.thing) for each in in_doubt)
    causes = _causes(facts, agencies)
    for place in sorted(done.keys() | causes.keys()):
        found, allowed = len(causes.get(place, ())), done[place] + unanswered[place]
        if found > allowed and not done[place] and unanswered[place[0], ""]:
            unanswered[place[0], ""] -= 1  # it began by an order whose answer nobody got
        elif found > allowed:
            why = f"{place[1]} at {place[0]} changed by {found} orders, and {allowed} were given."
            yield Verdict(Broken.DUPLICATE_EFFECT, why, place)
        elif found < done[place]:
            why = f"{done[place]} orders for {place[1]} at {place[0]} were answered, and {found} were done."
            yield Verdict(Broken.LOST, why, place)
    yield from _versions(facts, answers.values())


def _causes(facts: Iterable[Fact], agencies: set[str]) -> Mapping[Place, set[str]]:
    causes: dict[Place, set[str]] = defaultdict(set)
    for said in facts:
        if isinstance(said, Said) and said.stream.source in agencies and not said.cause.startswith(CLOCK):
            for thing in said.touches:
                causes[said.stream.source, thing].add(said.cause)
    return causes


def _versions(facts: Iterable[Fact], answers: Iterable[Acknowledged]) -> Iterator[Verdict]:
    latest: dict[Place, int] = defaultdict(int)
    for change in facts:
        if isinstance(change, Changed):
            latest[change.at, change.thing] = max(change.after, latest[change.at, change.thing])
    watched = {at for at, _ in latest}
    for each in answers:
        version = latest[each.at, each.thing]
        if each.at in watched and each.thing and version < each.version:
            why = f"{each.at} answered that {each.thing} has version {each.version}; it has {version}."
            yield Verdict(Broken.LOST, why, (each.at, each.thing))


def judge_owed(facts: Sequence[Fact]) -> Iterator[Verdict]:
    """Find what the first event of a referral owes and was never said."""
    heard = {
        (each.stream.recipient, each.stream.key)
        for each in facts
        if isinstance(each, Heard) and each.type == REQUESTED and each.fate == "applied"
    }
    said = {(each.stream.source, each.stream.key, each.type) for each in facts if isinstance(each, Said)}
    for owed in facts:
        if not isinstance(owed, Owed) or (owed.at, owed.thing, owed.type) in said:
            continue
        if (owed.at, owed.thing) in heard:
            why = f"{owed.at} heard of {owed.thing} and never said {owed.type}."
            yield Verdict(Broken.LOST, why, (owed.at, owed.thing))


def judge_contents(facts: Sequence[Fact]) -> Iterator[Verdict]:
    """Find details that an agency says to have noted, and has not."""
    amended = [fact for fact in facts if isinstance(fact, Amended)]
    latest = {(each.at, each.thing): each for each in sorted(amended, key=lambda fact: fact.sequence)}
    for detailed in facts:
        if isinstance(detailed, Detailed):
            noted = latest.get((detailed.at, detailed.thing))
            if noted is not None and noted.digest != detailed.digest:
                why = f"{detailed.at} noted an amendment of {detailed.thing} and works with other details."
                yield Verdict(Broken.LOST, why, (detailed.at, detailed.thing))


def judge_cases(facts: Sequence[Fact]) -> Iterator[Verdict]:
    """Find cases that were said to be closed and are open, though nothing in them goes on."""
    said = {
        (each.stream.source, each.stream.key)
        for each in facts
        if isinstance(each, Said) and each.type == CASE_CLOSED
    }
    for case in facts:
        if not isinstance(case, CaseStands) or case.closed or case.not_ended:
            continue
        if (case.at, case.case) in said:
            why = f"{case.at} said that the case {case.case} is closed, and it is open."
            yield Verdict(Broken.LOST, why, (case.at, case.case))
