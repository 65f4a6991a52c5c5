"""Of a very large operation the page shows what matters first, and says that it does not show all."""

from collections.abc import Sequence
from uuid import UUID

from ieum_console.operations.operation_rows import Item
from ieum_console.pages.operation_page import ITEMS_SHOWN, shown_items


def items(results: Sequence[str | None]) -> list[Item]:
    one = UUID(int=1)
    return [
        Item(place, "s", one, "c/peer", 1, "fold.x", None, one, result, "", None)
        for place, result in enumerate(results, 1)
    ]


def test_few_stand_in_their_order() -> None:
    few = items([None, "waits-again", "applied"])
    assert shown_items(few) == few


def test_of_many_those_that_wait_again_come_first() -> None:
    many = items(["applied"] * ITEMS_SHOWN + [None, "waits-again"])
    shown = shown_items(many)
    assert len(shown) == ITEMS_SHOWN
    assert [each.position for each in shown[:3]] == [ITEMS_SHOWN + 2, 1, 2]
