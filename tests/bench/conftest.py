"""What a benchmark sets in its process is set back: here the process goes on with other tests."""

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _collects_as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)
