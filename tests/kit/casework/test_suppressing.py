"""Small counts are not shown, nor what would tell them: checked on every small table, not on a few."""

from itertools import product

import pytest

from ieum.casework.suppressing import CELL_MIN, part_of, suppressed

COUNTS = (0, 1, 4, 5, 6, 40)


@pytest.mark.parametrize("counts", list(product(COUNTS, repeat=3)))
def test_no_reader_can_work_out_a_small_count(counts: tuple[int, ...]) -> None:
    cells = dict(zip("abc", counts, strict=True))
    shown = suppressed(cells)
    hidden = [name for name, count in shown.cells.items() if count is None]
    assert all(not 0 < count < CELL_MIN for count in shown.cells.values() if count is not None)
    assert all(cells[name] == count for name, count in shown.cells.items() if count is not None)
    if shown.total is not None and hidden:
        together = shown.total - sum(count or 0 for count in shown.cells.values())
        assert len(hidden) > 1
        assert together >= CELL_MIN
    if not any(0 < count < CELL_MIN for count in counts):
        assert (shown.total, hidden) == (sum(counts), [])


@pytest.mark.parametrize(
    ("part", "total", "shown"),
    [(0, 9, 0), (4, 40, None), (5, 40, 5), (36, 40, None), (35, 40, 35), (40, 40, 40), (7, None, None)],
)
def test_a_part_is_shown_only_where_the_rest_is_not_small(
    part: int, total: int | None, shown: int | None
) -> None:
    assert part_of(part, total) == shown
