"""Numbers that were missing for a time, or still are: found from when the records of a stream came."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ieum_console.projection.referral_steps import Step
from ieum_contracts.topics import Family


@dataclass(frozen=True, slots=True)
class Missing:
    """Numbers of a stream that a later one came before. `until` is None while they have not come."""

    source: str
    recipient: str
    family: Family
    first: int
    last: int
    since: datetime
    until: datetime | None


def missing_of(steps: Iterable[Step]) -> list[Missing]:
    """List what was missing, in the order in which it was noticed; a stream begins at 1."""
    streams: dict[tuple[str, str, Family], list[Step]] = {}
    for step in steps:
        streams.setdefault((step.source, step.recipient, step.family), []).append(step)
    found = [
        Missing(*stream, first, last, since, until)
        for stream, mine in streams.items()
        for first, last, since, until in _joined(
            _spans(sorted(mine, key=lambda each: (each.sent_at, each.sequence)))
        )
    ]
    return sorted(found, key=lambda each: (each.since, each.source, each.first))


_Span = tuple[int, int, datetime, datetime | None]


def _spans(steps: Iterable[Step]) -> list[_Span]:
    """Follow one stream: a number beyond the next opens a span, one within a span closes its part."""
    highest, lacking, came = 0, list[_Span](), list[_Span]()
    for step in steps:
        number = step.sequence
        if number > highest:
            if number > highest + 1:
                lacking.append((highest + 1, number - 1, step.sent_at, None))
            highest = number
            continue
        for span in [each for each in lacking if each[0] <= number <= each[1]]:
            first, last, since, _ = span
            lacking.remove(span)
            came.append((number, number, since, step.sent_at))
            rest = ((first, number - 1), (number + 1, last))
            lacking += [(low, high, since, None) for low, high in rest if low <= high]
    return [*came, *lacking]


def _joined(spans: Iterable[_Span]) -> list[_Span]:
    """Join neighbours that were noticed together, and either all came or all have not."""
    joined: list[_Span] = []
    for span in sorted(spans, key=lambda each: each[0]):
        before = joined[-1] if joined else None
        if before and before[1] + 1 == span[0] and before[2] == span[2]:
            ends = [until for until in (before[3], span[3]) if until is not None]
            if len(ends) != 1:
                joined[-1] = (before[0], span[1], before[2], max(ends, default=None))
                continue
        joined.append(span)
    return joined
