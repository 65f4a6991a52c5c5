"""Small counts: hides what could single out a client, also where it would follow from a total and its parts.

A table has groups, and a group has parts. Counts of one to four are hidden, and with them every total that
they are part of; in its place stands the least that it can be, which follows from what is shown. So a hidden
count can be changed for any other of one to four, and what is published stays the same.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

SMALL_BELOW = 5
"""The least count that is shown."""

Group = TypeVar("Group", bound=Hashable)
Part = TypeVar("Part", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Total:
    """The sum of what is shown, and of one for each count that is hidden; exact when none is."""

    at_least: int
    hidden: int

    @property
    def exact(self) -> int | None:
        """The total, unless counts in it are hidden."""
        return None if self.hidden else self.at_least


@dataclass(frozen=True, slots=True)
class Shown(Generic[Part]):
    """The counts of a group, None where they are hidden, and its total."""

    parts: Mapping[Part, int | None]
    total: Total


@dataclass(frozen=True, slots=True)
class Table(Generic[Group, Part]):
    """The groups of a table and its total."""

    groups: Mapping[Group, Shown[Part]]
    total: Total


def hide_small(counts: Mapping[Group, Mapping[Part, int]], *, in_fives: bool = False) -> Table[Group, Part]:
    """Hide small counts and the totals over them; where nothing is counted, nothing is listed.

    `in_fives` rounds each count down to a multiple of five: one that still rises gives no single case away
    by its difference from yesterday.
    """
    groups = {
        name: _shown({part: _count(count, in_fives=in_fives) for part, count in parts.items() if count > 0})
        for name, parts in counts.items()
        if any(parts.values())
    }
    totals = [group.total for group in groups.values()]
    total = Total(sum(each.at_least for each in totals), sum(each.hidden for each in totals))
    return Table(groups, total)


def shown_count(count: int) -> int | None:
    """Return a count that stands alone; None for one to four."""
    return None if 0 < count < SMALL_BELOW else count


def part_of(part: int, total: int | None) -> int | None:
    """Return a part of a total that is shown, unless it or the rest of the total is small."""
    if total is None or shown_count(total - part) is None:
        return None
    return shown_count(part)


def fives_in(count: int) -> int:
    """Round a count down to a multiple of five."""
    return count // SMALL_BELOW * SMALL_BELOW


def _count(count: int, *, in_fives: bool) -> int | None:
    if count < SMALL_BELOW:
        return None
    return fives_in(count) if in_fives else count


def _shown(parts: Mapping[Part, int | None]) -> Shown[Part]:
    return Shown(parts, _total(parts.values()))


def _total(counts: Iterable[int | None]) -> Total:
    found = list(counts)
    return Total(sum(1 if count is None else count for count in found), found.count(None))
