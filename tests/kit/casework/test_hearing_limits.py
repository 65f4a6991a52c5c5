"""What is early waits, what is late or another's is refused, and a withdrawal ends what is told."""

from dataclasses import replace
from datetime import timedelta

from ieum.casework.clock_firing import fire
from ieum.casework.hearing import hear
from ieum.casework.loaded_cases import LoadedCases
from ieum.casework.receiving import DISPUTE_WITHIN
from ieum.casework.refusals import NotYet, RefusedEvent
from ieum.casework.running_clocks import fired
from ieum.casework.values import Change, Referral
from ieum_contracts.case import CaseClosed, CaseFollowedUp
from ieum_contracts.codes import Decision
from ieum_contracts.consent import ConsentArtefact
from ieum_contracts.decisions import ReferralAccepted, ReferralAskRejected, ReferralDeclined
from ieum_contracts.message import Say
from ieum_contracts.model import Model
from ieum_contracts.overdue import Clock
from ieum_contracts.referral import ReferralOutcomeDisputed, ReferralRequested
from tests.kit.casework.agencies import RECIPIENT, SENDER, START, Two, event_of, new_id, view_of
from tests.kit.casework.test_casework_moves import COMPLETED, resting
from tests.kit.clocks.clocked import KOREA, Clocked, clocked_view

CASE = new_id()
CONSENT = ConsentArtefact.model_validate(
    {
        "id": new_id(),
        "recipient": str(RECIPIENT),
        "purpose": "welfare-counselling",
        "items": ["contact"],
        "retention_days": 30,
        "refusal_text": "시험용 문구입니다.",
        "refusal_text_version": "1",
        "agreed": ["provision"],
        "method": "paper",
        "given_at": START,
        "evidence_sha256": "0" * 64,
    }
)
SERVED = {"case": CASE, "opened_on": "2026-07-01", "closed_on": "2026-07-01", "reason": "goals-met"}


def of_case(body: Model, *referrals: Referral) -> Change | RefusedEvent | NotYet:
    """Let a sender hear of a case that serves these referrals."""
    event = event_of(Say(SENDER, CASE, new_id(), body), RECIPIENT, START)
    return hear(LoadedCases(referrals), event, view_of(SENDER), START)


def test_a_decision_about_a_referral_that_a_restored_database_lacks_waits_for_it() -> None:
    event = event_of(Say(SENDER, new_id(), new_id(), ReferralAccepted()), RECIPIENT, START)
    assert hear(LoadedCases(), event, view_of(SENDER), START) == NotYet("awaiting-referral")


def test_a_case_never_mixes_the_journeys_of_two_clients() -> None:
    one, other = resting().at_sender, resting().at_sender
    other = replace(other, journey=new_id())
    body = CaseClosed.model_validate({**SERVED, "referrals": [one.id, other.id]})
    assert of_case(body, one, other) == RefusedEvent("case-of-another-journey")
    assert isinstance(of_case(body, one, replace(other, journey=one.journey)), Change)


def test_nothing_is_heard_of_the_aftercare_of_a_client_who_has_withdrawn() -> None:
    referral = resting().at_sender
    body = CaseFollowedUp.model_validate(
        {"case": CASE, "referrals": [referral.id], "checked_on": "2026-07-01", "found": "goal-kept"}
    )
    assert isinstance(of_case(body, referral), Change)
    erased = replace(referral, copy=replace(referral.copy, withdrawn=True, erased=True))
    assert of_case(body, erased) == RefusedEvent("consent-withdrawn")


def disputed(two: Two, after: timedelta) -> Change | RefusedEvent | NotYet:
    """Let the sender dispute an outcome so long after it."""
    concluded_at = two.at_recipient.concluded_at
    assert concluded_at is not None
    event = event_of(
        Say(RECIPIENT, two.id, new_id(), ReferralOutcomeDisputed()), SENDER, concluded_at + after
    )
    return hear(two.recipient.known, event, view_of(RECIPIENT), two.now)


def test_an_outcome_is_disputed_within_thirty_days_and_not_later() -> None:
    two = resting(*COMPLETED)
    in_time, late = disputed(two, DISPUTE_WITHIN), disputed(two, DISPUTE_WITHIN + timedelta(seconds=1))
    assert isinstance(in_time, Change)
    assert in_time.says == ()
    assert isinstance(late, Change)
    assert [type(say.body) for say in late.says] == [ReferralAskRejected]


def test_a_consent_for_another_agency_or_purpose_is_none() -> None:
    two = Two()
    two.refer()
    [requested] = two.recipient.mailbox
    body = requested.body
    assert isinstance(body, ReferralRequested)
    for recipient, purpose, declined in (
        (str(RECIPIENT), body.programme, False),
        (str(SENDER), body.programme, True),
        (str(RECIPIENT), "another-programme", True),
    ):
        consent = CONSENT.model_copy(update={"recipient": recipient, "purpose": purpose})
        sealed = body.sealed.model_copy(update={"consent": consent})
        event = replace(requested, body=body.model_copy(update={"sealed": sealed}))
        heard = hear(LoadedCases(), event, view_of(RECIPIENT), two.now)
        assert isinstance(heard, Change)
        reasons = [say.body.reason for say in heard.says if isinstance(say.body, ReferralDeclined)]
        assert reasons == (["consent-invalid"] if declined else [])


def test_a_senders_clock_counts_from_when_its_recipient_spoke() -> None:
    clocked = Clocked()
    two = clocked.two
    two.refer()
    two.deliver()
    two.decide(Decision.ACCEPTED)
    said_at = two.now
    two.now += timedelta(hours=5)  # it lay in the mailbox
    two.deliver()
    assert clocked.at_sender[Clock.PROGRESS].since == said_at
    assert clocked.at_recipient[Clock.PROGRESS].since == said_at


def test_a_clock_that_nobody_looked_at_for_long_is_acted_on_once_at_its_highest_level() -> None:
    clocked = Clocked(resting(Decision.ACCEPTED))
    clock = clocked.at_sender[Clock.PROGRESS]
    assert len(clock.steps) == 2
    after = fired(clock, START + timedelta(days=400), KOREA)
    assert (after.fired, after.level, after.fires_at) == (2, clock.steps[1].level, None)


def test_nobody_is_reminded_of_a_client_who_has_withdrawn() -> None:
    two = resting(Decision.ACCEPTED)
    clock = fired(Clocked(two).at_sender[Clock.PROGRESS], START + timedelta(days=400), KOREA)
    view, referral = clocked_view(two.sender), two.at_sender
    reminded = fire(referral, None, clock, two.now, view)
    assert reminded is not None
    assert len(reminded.says) == 1
    withdrawn = replace(referral, copy=replace(referral.copy, withdrawn=True))
    assert fire(withdrawn, None, clock, two.now, view) is None
