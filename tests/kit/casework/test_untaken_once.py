"""What had no effect at the sender is marked once, and said again without a note once the client withdrew."""

from dataclasses import replace

from ieum.casework.not_taken_in import not_taken_in, repeat
from ieum.casework.values import Change, EndCause, EndedHere
from ieum_contracts.catalogue import type_of
from ieum_contracts.codes import Decision
from ieum_contracts.decisions import ReferralProgressed
from tests.kit.casework.agencies import START, new_id
from tests.kit.casework.test_casework_moves import resting

LOST = EndedHere(EndCause.LOST, "sequence.lost")
PROGRESSED = ReferralProgressed.model_validate({"sub_status": "contacted", "sealed": {"note": "시험"}})


def test_a_decision_that_the_sender_reports_twice_is_marked_once() -> None:
    referral, event = resting(Decision.ACCEPTED).at_recipient, new_id()
    first = not_taken_in(referral, event, type_of(PROGRESSED), LOST, START)
    assert first is not None
    assert first.referral is not None
    assert [each.id for each in first.referral.untaken] == [event]

    assert not_taken_in(first.referral, event, type_of(PROGRESSED), LOST, START) is None


def test_a_decision_is_said_again_with_its_note_unless_the_client_has_withdrawn() -> None:
    referral, event = resting(Decision.ACCEPTED).at_recipient, new_id()
    marked = not_taken_in(referral, event, type_of(PROGRESSED), LOST, START)
    assert marked is not None
    assert marked.referral is not None
    withdrawn = replace(marked.referral, copy=replace(marked.referral.copy, withdrawn=True))

    for each, note in ((marked.referral, True), (withdrawn, False)):
        again = repeat(each, {event: PROGRESSED}, START)
        assert isinstance(again, Change)
        [say] = again.says
        assert isinstance(say.body, ReferralProgressed)
        assert (say.body.sealed is not None) is note
