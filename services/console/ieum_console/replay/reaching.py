"""When what one agency had said had come to the other: from what was seen, else between which times."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ieum_console.projection.referral_steps import Step
from ieum_contracts.topics import Family


@dataclass(frozen=True, slots=True)
class Reached:
    """Between which times an event was taken in by its recipient.

    Not before `earliest` (None: it has not been read), surely from `latest` on (None: that is not known).
    """

    earliest: datetime | None
    latest: datetime | None

    def surely(self, at: datetime) -> bool:
        """Whether it had been taken in at a time."""
        return self.latest is not None and self.latest <= at

    def perhaps(self, at: datetime) -> bool:
        """Whether it may have been taken in at a time."""
        return self.earliest is not None and self.earliest <= at


def reached(steps: Sequence[Step], as_of: datetime | None) -> Mapping[Step, Reached]:
    """Tell of every event when it was taken in, as far as headers and what was seen of groups tell.

    Numbers are taken in in their order: none before the ones below it, and behind a missing number nothing
    is sure. What somebody says because of an event proves that it, and all below it, had been taken in.
    """
    streams: dict[tuple[str, str, Family], list[Step]] = {}
    for step in sorted(steps, key=lambda each: each.sequence):
        streams.setdefault((step.source, step.recipient, step.family), []).append(step)
    answered = answers_of(steps)
    return {
        step: found
        for stream in streams.values()
        for step, found in zip(stream, _stream(stream, answered, as_of), strict=True)
    }


def answers_of(steps: Iterable[Step]) -> Mapping[tuple[str, str], datetime]:
    """Return when an agency first said something because of an event, by agency and the event's id."""
    found: dict[tuple[str, str], datetime] = {}
    for step in steps:
        if step.causation is not None:
            place = (step.source, step.causation)
            found[place] = min(found.get(place, step.sent_at), step.sent_at)
    return found


def _stream(
    stream: Sequence[Step], answered: Mapping[tuple[str, str], datetime], as_of: datetime | None
) -> Iterable[Reached]:
    proofs = _proofs(stream, answered)
    before, following, behind_gap = Reached(stream[0].sent_at, stream[0].sent_at), 1, False
    for step, proof, seen in zip(stream, proofs, _seen(stream), strict=True):
        behind_gap |= step.sequence != following
        following = step.sequence + 1
        is_read = step.is_heard or seen is not None
        earliest = (step.sent_at if step.heard_at is None else seen) if is_read else None
        latest = None if behind_gap or not is_read else seen or as_of
        if proof is not None:
            earliest = min(earliest or step.sent_at, proof)
            latest = min(latest or proof, proof)
        before = Reached(_later(before.earliest, earliest), _later(before.latest, latest))
        yield before


def _proofs(
    stream: Sequence[Step], answered: Mapping[tuple[str, str], datetime]
) -> Sequence[datetime | None]:
    """Return by when each event is proved to have been taken in: by an answer to it, or to a later one."""
    proofs, proof = list[datetime | None](), None
    for step in reversed(stream):
        own = answered.get((step.recipient, str(step.event_id)))
        proof = min(filter(None, (proof, own)), default=None)
        proofs.insert(0, proof)
    return proofs


def _seen(stream: Sequence[Step]) -> Sequence[datetime | None]:
    """Return by when each event is known to have been read: when it, or one behind it, was seen to be."""
    by_offset = sorted(stream, key=lambda each: (each.partition, -each.offset))
    found: dict[Step, datetime | None] = {}
    bound: datetime | None = None
    for step in by_offset:
        bound = min(filter(None, (bound, step.heard_at)), default=None)
        found[step] = bound
    return [found[step] for step in stream]


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return None if one is None or other is None else max(one, other)
