"""Every event that may be said has words for the workers who watch it."""

from ieum.observe.words import WORDS
from ieum_contracts.catalogue import EVENT_TYPES


def test_every_event_has_words_and_no_words_are_left_over() -> None:
    assert {each.name for each in EVENT_TYPES.values() if each.model is not None} == set(WORDS)
