"""Counts that tell nothing about anybody: small cells are left out, and so is what would give them away."""

from collections.abc import Mapping
from dataclasses import dataclass

CELL_MIN = 5
"""Fewer than this many people are never shown as a number; nobody at all is."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Cells of one total; None is a number that is not shown."""

    cells: Mapping[str, int | None]
    total: int | None


def is_small(count: int) -> bool:
    """Tell whether a count is too small to be shown."""
    return 0 < count < CELL_MIN


def suppressed(cells: Mapping[str, int]) -> Shown:
    """Leave out small cells of a total, and others until the total less the shown ones is not small either.

    Where no other cell is left to hide behind, the total is not shown.
    """
    hidden = {name for name, count in cells.items() if is_small(count)}
    while hidden and (len(hidden) == 1 or is_small(sum(cells[name] for name in hidden))):
        others = [name for name, count in cells.items() if count and name not in hidden]
        if not others:
            return Shown({name: None if count else 0 for name, count in cells.items()}, None)
        hidden.add(min(others, key=lambda name: (cells[name], name)))
    shown = {name: None if name in hidden else count for name, count in cells.items()}
    return Shown(shown, sum(cells.values()))


def part_of(part: int, total: int | None) -> int | None:
    """Return a part of a shown total, unless it or the rest of the total is small."""
    if total is None or is_small(part) or is_small(total - part):
        return None
    return part
