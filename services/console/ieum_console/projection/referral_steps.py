"""The events of one referral: the steps of both sides, missing numbers, how far each stream has come."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ieum_contracts.topics import Family

UNTAKEN = ("stream.refused.v1", "stream.skipped.v1")
"""What a recipient tells of an event that changed nothing."""


@dataclass(frozen=True, slots=True)
class Step:
    """One event: said by its source, sent (taken by the broker), heard (read by its recipient's group).

    `heard_at` is when the projector first saw that it had been read, to two seconds or so. It is None where
    that was before anybody looked, or is too long ago to be remembered; then `is_heard` alone holds.
    `notices` are what the recipient told of its key afterwards, beside heads: `stream.refused.v1`,
    `stream.parked.v1`. `sends` counts copies; `differing` says that two records with this number are not the
    same event.
    """

    source: str
    recipient: str
    family: Family
    sequence: int
    type: str
    event_id: UUID
    said_at: datetime
    sent_at: datetime
    is_heard: bool
    heard_at: datetime | None
    sends: int
    differing: bool
    causation: str | None
    trace: str | None
    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Numbers of a stream that no record has: a row of its own, where they are missing."""

    source: str
    recipient: str
    family: Family
    first: int
    last: int
    noticed_at: datetime


@dataclass(frozen=True, slots=True)
class Notice:
    """Talk about delivery under this key: who told whom, and of what kind."""

    source: str
    recipient: str
    type: str
    said_at: datetime
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """One line of the delivery matrix: how many events of a stream were said, sent, heard, and wait.

    `said` is the highest number, `sent` the numbers that the broker has, `heard` those that the recipient has
    read, `applied` those heard without the ones of which it told that they were not taken in; None while a
    stream of this key waits there, for then how far it has come stands in bodies.
    """

    source: str
    recipient: str
    family: Family
    said: int
    sent: int
    heard: int
    applied: int | None


def in_order(steps: Iterable[Step], gaps: Iterable[Gap]) -> list[Step | Gap]:
    """Put every gap right before the first later number of its stream that is there."""
    waiting = list(gaps)
    ordered: list[Step | Gap] = []
    for step in steps:
        mine = [each for each in waiting if _stream(each) == _stream(step) and each.last < step.sequence]
        ordered += [*mine, step]
        waiting = [each for each in waiting if each not in mine]
    return [*ordered, *waiting]


def deliveries(
    steps: Iterable[Step], notices: Iterable[Notice], waiting: set[tuple[str, str]]
) -> list[Delivery]:
    """Count each stream's events by how far they have come."""
    streams: dict[tuple[str, str, Family], list[Step]] = {}
    for step in steps:
        streams.setdefault(_stream(step), []).append(step)
    untaken: dict[tuple[str, str], int] = {}
    for each in notices:
        if each.type in UNTAKEN:
            untaken[each.recipient, each.source] = untaken.get((each.recipient, each.source), 0) + 1
    found = []
    for (source, recipient, family), mine in sorted(streams.items()):
        heard = sum(each.is_heard for each in mine)
        one = (source, recipient)
        applied = None if one in waiting else max(0, heard - untaken.get(one, 0))
        said = max(each.sequence for each in mine)
        found.append(Delivery(source, recipient, family, said, len(mine), heard, applied))
    return found


def _stream(each: Step | Gap) -> tuple[str, str, Family]:
    return each.source, each.recipient, each.family
