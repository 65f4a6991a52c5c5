"""Which ends of a referral count as something that could not be had: a literal table of every reason."""

from dataclasses import replace

import pytest

from ieum.casework.unmet import NOT_UNMET, UNMET_WHEN_CALLED_OFF, unmet_end
from ieum.casework.values import EndCause, EndedHere, Referral
from ieum_contracts.codes import REASONS_OF_DECISION, ClosedAs, Decision, Reason, State
from ieum_contracts.lifecycle import ENDED, SenderCopy
from tests.kit.casework.test_casework_moves import resting

COUNTED = {
    *("not-eligible", "no-capacity", "wrong-service", "out-of-area", "funds-exhausted"),
    *("insufficient-information", "documents-missing", "cannot-contact", "no-suitable-appointment"),
    *("safety-risk", "no-show-repeated", "consent-invalid", "programme-not-offered", "items-not-allowed"),
    *("recipient-silent", "other"),
}
LEFT_OUT = {
    *("client-declined", "found-work", "moved", "deceased", "needs-met-elsewhere"),
    *("duplicate", "already-receiving", "entered-in-error", "consent-withdrawn"),
}


def _ended(
    state: State,
    reason: Reason | None = None,
    closed_as: ClosedAs | None = None,
    ended_here: EndedHere | None = None,
) -> Referral:
    sent = resting().at_sender
    assert isinstance(sent.copy, SenderCopy)
    copy = replace(sent.copy, state=state, closed_as=closed_as)
    return replace(sent, copy=copy, reason=reason, ended_here=ended_here)


def test_every_reason_is_either_counted_or_left_out() -> None:
    assert {str(each) for each in NOT_UNMET} == LEFT_OUT
    assert {str(each) for each in Reason} == COUNTED | LEFT_OUT
    assert not COUNTED & LEFT_OUT


@pytest.mark.parametrize("reason", sorted(Reason))
@pytest.mark.parametrize(
    ("state", "how"),
    [(State.DECLINED, "declined"), (State.REDIRECTED, "redirected"), (State.CLOSED, "failed")],
)
def test_a_reason_of_the_service_counts_and_one_of_the_client_does_not(
    state: State, how: str, reason: Reason
) -> None:
    ended = _ended(state, reason, ClosedAs.FAILED if state is State.CLOSED else None)
    assert unmet_end(ended) == ((how, reason) if reason in COUNTED else None)


@pytest.mark.parametrize("reason", sorted(REASONS_OF_DECISION[Decision.CANCELLED]))
def test_of_what_was_called_off_only_silence_and_a_wrong_service_count(reason: Reason) -> None:
    counted = reason in {Reason.RECIPIENT_SILENT, Reason.WRONG_SERVICE}
    assert unmet_end(_ended(State.CANCELLED, reason)) == (("cancelled", reason) if counted else None)
    given_up = _ended(State.RECEIVED, reason, ended_here=EndedHere(EndCause.ABANDONED, reason))
    assert unmet_end(given_up) == (("abandoned", reason) if counted else None)
    assert counted == (reason in UNMET_WHEN_CALLED_OFF)


@pytest.mark.parametrize(
    ("clock", "reason"),
    [("info-request", "insufficient-information"), ("waitlist-review", "no-capacity"), ("none", "other")],
)
def test_what_a_clock_ended_counts_by_the_clock(clock: str, reason: str) -> None:
    assert unmet_end(_ended(State.EXPIRED), {"clock": clock}) == ("expired", reason)


@pytest.mark.parametrize("cause", sorted({*EndCause} - {EndCause.ABANDONED}))
def test_what_the_recipient_did_not_take_in_counts_by_its_cause(cause: EndCause) -> None:
    ended = _ended(State.REQUESTED, ended_here=EndedHere(cause, "fold.failed"))
    assert unmet_end(ended) == ("not-taken-in", cause)


@pytest.mark.parametrize("state", [*sorted({*State} - ENDED), State.WITHDRAWN])
def test_what_goes_on_or_was_withdrawn_does_not_count(state: State) -> None:
    """Work that failed may still be disputed until it is closed."""
    assert unmet_end(_ended(state, Reason.NO_CAPACITY)) is None


def test_completed_work_that_was_closed_does_not_count() -> None:
    assert unmet_end(_ended(State.CLOSED, None, ClosedAs.COMPLETED)) is None
