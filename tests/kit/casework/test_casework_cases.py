"""A case spans the referrals of one journey, closes with the last of them, and aftercare follows."""

from dataclasses import replace
from datetime import date

from ieum.casework import case_commands
from ieum.casework.loaded_cases import LoadedCases
from ieum.casework.orders import CaseClosing, CaseFollowUp
from ieum.casework.refusals import Guard, Refusal
from ieum.casework.values import Case, CaseReferral, Change
from ieum_contracts.address import Address
from ieum_contracts.case import CaseClosed, CaseFollowedUp, CaseReason, FollowUp
from ieum_contracts.client_codes import Goal
from ieum_contracts.codes import AskType, Decision, State
from tests.kit.casework.agencies import SENDER, START, Two, new_id
from tests.kit.casework.test_casework_moves import COMPLETED, resting

STRANGER = Address("yangju", "veterans-center")


def _case(known: LoadedCases) -> Case:
    (case,) = known.cases.values()
    return case


def _closings(two: Two) -> list[CaseClosed]:
    return [say.body for say in two.said if isinstance(say.body, CaseClosed)]


def test_the_first_acceptance_opens_a_case_and_names_it_to_the_sender() -> None:
    two = resting(Decision.ACCEPTED)
    case = _case(two.recipient.known)
    assert (case.journey, case.closed_at) == (two.at_sender.journey, None)
    assert two.at_sender.case == two.at_recipient.case == case.id


def test_a_case_closes_by_itself_when_its_referral_has_ended() -> None:
    two = resting(*COMPLETED, AskType.OUTCOME_ACKNOWLEDGED)
    (closing,) = _closings(two)
    assert closing.referrals == (two.id,)
    assert (closing.reason, closing.outcomes) == (CaseReason.ALL_REFERRALS_ENDED, ("service-provided",))
    assert _case(two.recipient.known).closed_at is not None


def test_a_case_that_is_kept_open_does_not_close_by_itself() -> None:
    two = resting()
    two.decide(Decision.ACCEPTED, keep_case_open=True)
    two.decide(Decision.COMPLETED)
    two.deliver()
    two.ask(AskType.OUTCOME_ACKNOWLEDGED)
    two.deliver()
    assert two.at_sender.state is State.CLOSED
    assert _case(two.recipient.known).closed_at is None
    assert _closings(two) == []


def _spanning(*withdrawn: bool) -> Case:
    """Make a closed case of three referrals, the first two of one sender, each withdrawn or not."""
    senders = (SENDER, SENDER, STRANGER)
    served = tuple(
        CaseReferral(new_id(), sender, State.CLOSED, goals=(Goal.EMPLOYMENT,), withdrawn=each)
        for sender, each in zip(senders, withdrawn, strict=True)
    )
    return Case(new_id(), new_id(), START, served, closed_at=START)


def test_aftercare_is_told_of_those_alone_who_have_not_withdrawn() -> None:
    order = CaseFollowUp(found=FollowUp.STILL_EMPLOYED)
    case = _spanning(True, False, True)
    done = case_commands.follow_up(case, order, START)
    assert isinstance(done, Change)
    assert [(say.to, getattr(say.body, "referrals", None)) for say in done.says] == [
        (SENDER, (case.served[1].referral,))
    ]
    refused = case_commands.follow_up(_spanning(True, True, True), order, START)
    assert refused == Refusal(Guard.CASE, "consent-withdrawn")


def test_of_those_who_have_withdrawn_a_closing_tells_no_goal_and_no_aftercare() -> None:
    order = CaseClosing.model_validate(
        {
            "reason": "goals-met",
            "goals": [{"goal": "employment", "outcome": "employed"}],
            "aftercare_until": "2027-01-31",
        }
    )
    case = replace(_spanning(True, True, False), closed_at=None)
    done = case_commands.close_case(case, order, START)
    assert isinstance(done, Change)
    bodies = {say.to: say.body for say in done.says}
    told = {
        to: (len(each.goals), each.aftercare_until)
        for to, each in bodies.items()
        if isinstance(each, CaseClosed)
    }
    assert told == {SENDER: (0, None), STRANGER: (1, date(2027, 1, 31))}
    refused = case_commands.close_case(replace(_spanning(True, True, True), closed_at=None), order, START)
    assert refused == Refusal(Guard.CASE, "consent-withdrawn")


def test_a_withdrawal_after_the_end_ends_the_aftercare() -> None:
    two = resting(*COMPLETED, AskType.OUTCOME_ACKNOWLEDGED)
    assert isinstance(
        case_commands.follow_up(_case(two.recipient.known), CaseFollowUp(found=FollowUp.GOAL_KEPT), START),
        Change,
    )
    two.ask(AskType.CONSENT_WITHDRAWN)
    two.deliver()
    assert two.at_recipient.state is State.CLOSED
    refused = case_commands.follow_up(
        _case(two.recipient.known), CaseFollowUp(found=FollowUp.GOAL_KEPT), START
    )
    assert refused == Refusal(Guard.CASE, "consent-withdrawn")


def test_two_referrals_share_the_case_of_their_journey() -> None:
    first = resting(Decision.ACCEPTED)
    case = _case(first.recipient.known)
    second = Two(first.sender, first.recipient, first.now, said=first.said)
    second.refer(first.at_sender, programme="case-management")
    second.deliver()
    second.decide(Decision.ACCEPTED, case)
    second.deliver()
    assert second.at_recipient.case == case.id
    first.decide(Decision.DECLINED)
    assert _closings(first) == []
    second.decide(Decision.DECLINED)
    (closing,) = _closings(second)
    assert set(closing.referrals) == {first.id, second.id}


def test_a_named_case_has_to_exist() -> None:
    two = resting()
    refused = two.decide(Decision.ACCEPTED, case=str(new_id()))
    assert isinstance(refused, Refusal)
    assert (refused.guard, refused.reason) == (Guard.CASE, "case-unknown")


def test_reopening_a_referral_reopens_its_case() -> None:
    two = resting(*COMPLETED)
    case = _case(two.recipient.known)
    closed = case_commands.close_case(case, CaseClosing(reason=CaseReason.GOALS_MET), two.now)
    assert isinstance(closed, Change)
    two.recipient.known.take(closed)
    two.ask(AskType.OUTCOME_DISPUTED)
    two.deliver()
    two.decide(Decision.REOPENED)
    assert _case(two.recipient.known).closed_at is None


def test_a_case_is_not_closed_while_a_referral_is_under_way_nor_twice() -> None:
    two = resting(Decision.ACCEPTED)
    order = CaseClosing(reason=CaseReason.CLIENT_LEFT)
    refused = case_commands.close_case(_case(two.recipient.known), order, two.now)
    assert isinstance(refused, Refusal)
    assert (refused.reason, refused.referral) == ("referral-under-way", two.id)
    done = case_commands.close_case(_case(resting(*COMPLETED).recipient.known), order, two.now)
    assert isinstance(done, Change)
    assert done.case is not None
    again = case_commands.close_case(done.case, order, two.now)
    assert isinstance(again, Refusal)
    assert again.reason == "case-closed"


def test_aftercare_is_told_to_each_sender_of_a_closed_case() -> None:
    two = resting(*COMPLETED)
    order = CaseFollowUp(found=FollowUp.STILL_EMPLOYED)
    early = case_commands.follow_up(_case(two.recipient.known), order, START)
    assert isinstance(early, Refusal)
    two.ask(AskType.OUTCOME_ACKNOWLEDGED)
    two.deliver()
    done = case_commands.follow_up(_case(two.recipient.known), order, START)
    assert isinstance(done, Change)
    ((say, body),) = ((say, say.body) for say in done.says)
    assert isinstance(body, CaseFollowedUp)
    assert (say.to, body.referrals, body.checked_on) == (SENDER, (two.id,), date(2026, 7, 1))
