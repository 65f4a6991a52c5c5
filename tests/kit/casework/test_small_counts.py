"""No small count can be recovered from a published table, even by somebody who knows how it was made."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ieum.casework.small_counts import SMALL_BELOW, Table, Total, fives_in, hide_small, part_of

COUNTS = st.integers(min_value=0, max_value=40)
TABLES = st.dictionaries(
    st.sampled_from("abcd"), st.dictionaries(st.sampled_from("pqrst"), COUNTS, max_size=5), max_size=4
)
Counts = dict[str, dict[str, int]]


def _small(counts: Counts) -> list[tuple[str, str]]:
    return [(g, p) for g, parts in counts.items() for p, count in parts.items() if 0 < count < SMALL_BELOW]


@given(TABLES, st.data(), st.booleans())
def test_a_table_with_other_small_counts_is_published_the_same(
    counts: Counts, data: st.DataObject, in_fives: bool
) -> None:
    """Whatever an attacker computes, he gets the same answer for any other value: so he learns none."""
    other = {group: dict(parts) for group, parts in counts.items()}
    for group, part in _small(counts):
        other[group][part] = data.draw(st.integers(min_value=1, max_value=SMALL_BELOW - 1))
    assert hide_small(other, in_fives=in_fives) == hide_small(counts, in_fives=in_fives)


def _possible(table: Table[str, str], group: str, part: str) -> set[int]:
    """Recover a hidden count by trying every value of each: what fits all that is shown is possible."""
    places = [
        (g, p) for g, shown in table.groups.items() for p, count in shown.parts.items() if count is None
    ]
    found = set()
    for values in product(range(1, SMALL_BELOW), repeat=len(places)):
        guess = dict(zip(places, values, strict=True))
        sums = {
            g: sum(guess[g, p] if count is None else count for p, count in shown.parts.items())
            for g, shown in table.groups.items()
        }
        fits = all(_fits(sums[g], shown.total) for g, shown in table.groups.items())
        if fits and _fits(sum(sums.values()), table.total):
            found.add(guess[group, part])
    return found


def _fits(total: int, shown: Total) -> bool:
    return total >= shown.at_least and (shown.exact is None or total == shown.exact)


@given(
    st.dictionaries(
        st.sampled_from("ab"), st.dictionaries(st.sampled_from("pqr"), COUNTS, max_size=3), max_size=2
    )
)
def test_trying_all_values_against_every_total_leaves_all_of_them_possible(counts: Counts) -> None:
    table = hide_small(counts)
    for group, part in _small(counts):
        assert _possible(table, group, part) == {1, 2, 3, 4}


def test_the_recovery_finds_what_a_total_beside_it_would_give_away() -> None:
    """With the exact total that a careless report would show, the one hidden part is known."""
    table = hide_small({"a": {"p": 12, "q": 3}})
    careless = Table(table.groups, Total(15, hidden=0))
    assert _possible(table, "a", "q") == {1, 2, 3, 4}
    assert _possible(careless, "a", "q") == {3}


@given(TABLES)
def test_what_is_shown_is_true(counts: Counts) -> None:
    table = hide_small(counts)
    for group, shown in table.groups.items():
        assert shown.parts.keys() == {part for part, count in counts[group].items() if count}
        assert all(count in {None, counts[group][part]} for part, count in shown.parts.items())
        assert shown.total.exact in {None, sum(counts[group].values())}
        assert shown.total.at_least <= sum(counts[group].values())
    total = sum(sum(parts.values()) for parts in counts.values())
    assert table.total.exact in {None, total}
    assert table.total.exact == total or table.total.hidden


def test_five_is_shown_and_four_is_not() -> None:
    table = hide_small({"a": {"p": 5, "q": 4}, "b": {"p": 5, "q": 0}, "c": {"p": 0}})
    assert table.groups["a"].parts == {"p": 5, "q": None}
    assert table.groups["a"].total == Total(6, hidden=1)
    assert (table.groups["b"].parts, table.groups["b"].total.exact) == ({"p": 5}, 5)
    assert "c" not in table.groups
    assert table.total == Total(11, hidden=1)


@given(TABLES, st.data())
def test_a_month_that_goes_on_gives_no_single_case_away_by_its_next_day(
    counts: Counts, data: st.DataObject
) -> None:
    """In fives, two days that differ by what fits into the same five look the same."""
    later = {
        group: {
            part: data.draw(st.integers(min_value=count, max_value=max(fives_in(count) + 4, count)))
            if count >= SMALL_BELOW
            else count
            for part, count in parts.items()
        }
        for group, parts in counts.items()
    }
    assert hide_small(later, in_fives=True) == hide_small(counts, in_fives=True)


@pytest.mark.parametrize(
    ("part", "total", "shown"),
    [(0, 9, 0), (4, 40, None), (5, 40, 5), (36, 40, None), (35, 40, 35), (40, 40, 40), (7, None, None)],
)
def test_a_part_is_shown_only_where_the_rest_is_not_small(
    part: int, total: int | None, shown: int | None
) -> None:
    assert part_of(part, total) == shown
