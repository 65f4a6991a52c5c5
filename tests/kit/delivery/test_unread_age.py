"""Lag in seconds: since when the oldest record behind a position has been seen, whatever comes after it."""

from ieum.delivery.receiving.unread_age import UnreadAge

PLACE, OTHER = (1, 0), (1, 1)


def test_what_is_read_has_no_age_and_what_waits_grows_older() -> None:
    age = UnreadAge()
    assert age.look({PLACE: 5}, {PLACE: 5}, 0) == 0
    assert age.look({PLACE: 5}, {PLACE: 9}, 100) == 0, "it may have come just now"
    assert age.look({PLACE: 5}, {PLACE: 12}, 160) == 60
    assert age.look({PLACE: 8}, {PLACE: 12}, 170) == 70, "one of the first four is still there"
    assert age.look({PLACE: 9}, {PLACE: 12}, 180) == 20, "the rest came at 160"
    assert age.look({PLACE: 12}, {PLACE: 12}, 190) == 0
    assert age.look({PLACE: 12}, {PLACE: 13}, 900) == 0, "long silence is no age"


def test_the_oldest_of_all_partitions_counts() -> None:
    age = UnreadAge()
    age.look({}, {PLACE: 1, OTHER: 0}, 0)
    age.look({}, {PLACE: 1, OTHER: 1}, 50)
    assert age.look({OTHER: 1}, {PLACE: 1, OTHER: 1}, 60) == 60
    assert age.look({PLACE: 1}, {PLACE: 1, OTHER: 1}, 60) == 10


def test_a_mailbox_that_was_made_anew_begins_anew() -> None:
    age = UnreadAge()
    age.look({PLACE: 5}, {PLACE: 9}, 0)
    assert age.look({PLACE: 0}, {PLACE: 2}, 100) == 0
    assert age.look({PLACE: 0}, {PLACE: 2}, 130) == 30


def test_a_mailbox_that_grows_for_days_keeps_its_oldest_and_little_memory() -> None:
    age = UnreadAge(looks_max=8)
    for now in range(10_000):
        assert age.look({PLACE: 0}, {PLACE: now + 1}, now) == now
    assert len(age._seen[PLACE]) <= 8
    assert age.look({PLACE: 10_000}, {PLACE: 10_000}, 10_000) == 0
