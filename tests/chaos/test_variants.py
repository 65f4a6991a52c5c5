"""Each broken variant finds in the product what it breaks; whether it is caught, `make broken` shows."""

import pytest

from tests.chaos.broken.patching import undo
from tests.chaos.broken.variants import VARIANTS, break_product


@pytest.mark.parametrize("name", VARIANTS)
def test_what_a_variant_breaks_is_there(name: str) -> None:
    try:
        break_product(name)
    finally:
        undo()
