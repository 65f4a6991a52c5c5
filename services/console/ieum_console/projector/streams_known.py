"""What is known of the keys that were lately spoken of, so that an event that follows needs no look back."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from ieum.casework.business_days import BusinessCalendar
from ieum.casework.custody import fold_of
from ieum.casework.referral_fold import ReferralFold, Said
from ieum_console.projector.step_rows import REFERRAL, Place

KEYS_MAX = 20_000


class StreamName(NamedTuple):
    """A stream under a key; agencies by their numbers."""

    source: int
    recipient: int
    family: int


class Missing(NamedTuple):
    """Numbers of a stream that no record has."""

    key: UUID
    source: int
    recipient: int
    family: int
    first: int
    last: int


@dataclass(slots=True)
class KnownKey:
    """One key: the last number of each of its streams, the fold of its referral, what of it is stored."""

    last: dict[StreamName, int] = field(default_factory=dict)
    fold: ReferralFold | None = None
    missing: tuple[Missing, ...] = ()
    stored: tuple[int, int, str] | None = None
    answered: bool = False

    def take(self, place: Place, said: Said) -> bool:
        """Take an event that follows on what is known; False when it does not, and all has to be read."""
        name = StreamName(place.source, place.recipient, place.family)
        if self.last.get(name, 0) != place.sequence - 1:
            return False
        if place.family == REFERRAL:
            if self.fold is None or not self.fold.follows(said):
                return False
            self.fold.take(said)
        self.last[name] = place.sequence
        return True


def known_of(key: UUID, events: Sequence[tuple[Place, Said]], calendar: BusinessCalendar) -> KnownKey:
    """Make what is known of a key from all of its events."""
    numbers: dict[StreamName, list[int]] = {}
    for place, _ in events:
        numbers.setdefault(StreamName(place.source, place.recipient, place.family), []).append(place.sequence)
    fold = fold_of([said for place, said in events if place.family == REFERRAL], calendar)
    missing = tuple(
        Missing(key, *name, *span) for name, each in sorted(numbers.items()) for span in gaps_of(each)
    )
    return KnownKey({name: max(each) for name, each in numbers.items()}, fold, missing)


def gaps_of(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """List the spans of numbers that are missing below the highest one; a stream begins at 1."""
    gaps, following = [], 1
    for number in sorted(numbers):
        if number > following:
            gaps.append((following, number - 1))
        following = number + 1
    return gaps


class KnownKeys:
    """The keys that were lately spoken of; the oldest go first. After a rollback all are forgotten."""

    def __init__(self) -> None:
        self._keys: OrderedDict[UUID, KnownKey] = OrderedDict()

    def get(self, key: UUID) -> KnownKey | None:
        """Return what is known of a key, and keep it longer."""
        known = self._keys.get(key)
        if known is not None:
            self._keys.move_to_end(key)
        return known

    def keep(self, key: UUID, known: KnownKey) -> None:
        """Remember a key."""
        self._keys[key] = known
        self._keys.move_to_end(key)
        if len(self._keys) > KEYS_MAX:
            self._keys.popitem(last=False)

    def forget(self) -> None:
        """Forget everything."""
        self._keys.clear()
