"""What is excused after a restore, or after an erasure, and that nothing else is."""

from ieum_lab.testing.checker import judge
from ieum_lab.testing.history import Changed, Fact, Heard, HistoryStream, Removed, Said
from ieum_lab.testing.outside_facts import Acknowledged, Ordered
from tests.chaos.excused import ERASED, erased_unheard, without

A, B = "/centre/a", "/centre/b"


def said(key: str, number: int, *touches: str) -> Said:
    return Said(HistoryStream(A, B, "referral", key), number, f"{key}-{number}", "t.v1", "cause", touches)


def heard(key: str, number: int, **more: object) -> Heard:
    return Heard(HistoryStream(A, B, "referral", key), number, f"{key}-{number}", "t.v1", **more)  # type: ignore[arg-type]


def test_what_was_lost_with_a_database_is_not_judged_and_all_else_is() -> None:
    facts: list[Fact] = [heard("lost", 1), said("kept", 1)]
    assert {each.about for each in judge(facts)} == {facts[0].stream, facts[1].stream}  # type: ignore[union-attr]
    assert [each.about for each in judge(without(facts, {"lost"}))] == [facts[1].stream]  # type: ignore[union-attr]


def test_what_an_event_of_another_key_did_to_the_lost_one_is_left_out_as_well() -> None:
    facts: list[Fact] = [
        *(said("case", 1, "kept", "lost"), heard("case", 1)),
        *(Changed(A, "kept", 0, 1, "s", 1), Changed(A, "lost", 0, 9, "s", 2)),
        *(Ordered(A, "key"), Acknowledged(A, "key", "lost", 9)),
    ]
    assert judge(facts)
    assert judge(without(facts, {"lost"})) == []
    assert Ordered(A, "key") not in without(facts, {"lost"})


def test_what_was_erased_before_it_could_be_told_again_is_excused_only_where_the_test_took_it_away() -> None:
    refused = heard("k", 2, fate="refused", reason=ERASED)
    facts: list[Fact] = [said("k", 2), refused]
    assert erased_unheard(facts) == set()
    assert erased_unheard([*facts, Removed(refused.stream, 3)]) == set()
    assert erased_unheard([*facts, Removed(refused.stream, 2)]) == {"k"}
    assert erased_unheard([*facts, Removed(refused.stream, 1)]) == {"k"}


def test_what_was_held_after_a_restore_is_excused_only_where_its_recipient_withdrew_the_consent() -> None:
    refused = heard("k", 2, fate="refused", reason=ERASED)
    erasing = Said(HistoryStream(B, A, "referral", "k"), 1, "d", "consent.erased.v1", "cause")
    facts: list[Fact] = [said("k", 2), refused, erasing]
    assert erased_unheard(facts) == set()
    assert erased_unheard(facts, {A}) == set()
    assert erased_unheard([*facts[:2]], {B}) == set()
    assert erased_unheard(facts, {B}) == {"k"}
