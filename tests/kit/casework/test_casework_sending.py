"""What is checked before a referral is sent, and what the journey carries along."""

from datetime import timedelta

import pytest
from pydantic import JsonValue, ValidationError

from ieum.casework import sending
from ieum.casework.orders import REFERRAL_ORDER
from ieum.casework.referral_guards import Prior
from ieum.casework.refusals import Guard, Refusal
from ieum.casework.sending import NewIds
from ieum.casework.values import Change
from ieum_contracts.referral import ReferralRequested
from tests.kit.casework.agencies import RECIPIENT, SENDER, START, Two, new_id, referral_order, view_of

CONSENT: JsonValue = {
    "id": str(new_id()),
    "recipient": str(RECIPIENT),
    "purpose": "welfare-counselling",
    "items": ["client.name"],
    "retention_days": 365,
    "refusal_text": "동의하지 않을 수 있습니다.",
    "refusal_text_version": "1",
    "agreed": ["provision"],
    "method": "paper",
    "given_at": "2026-07-01T00:00:00Z",
    "evidence_sha256": "0" * 64,
}
EMPLOYER: JsonValue = {
    "employer": {
        "name": "가나다 시험",
        "business_number": "000-00-00000",
        "contact_name": "가나다 시험",
        "phone": "031-000-0000",
        "vacancies": [{"title": "조립", "headcount": 3}],
    }
}
PERSON: JsonValue = {"client": {"name": "가나다 시험"}}


def refused(**fields: JsonValue) -> Refusal:
    refusal = Two().refer(**fields)
    assert isinstance(refusal, Refusal)
    return refusal


@pytest.mark.parametrize(
    ("guard", "reason", "fields"),
    [
        (Guard.PROGRAMME, "programme-not-published", {"programme": "unheard-of"}),
        (Guard.PROGRAMME, "programme-not-published", {"recipient": "nobody"}),
        (
            Guard.PROGRAMME,
            "programme-not-published",
            {"recipient": SENDER.agency, "programme": "training-card"},
        ),
        (Guard.PROGRAMME, "subject-not-served", {"programme": "hiring-support"}),
        (Guard.BASIS, "basis-missing", {"legal_basis": None}),
        (Guard.BASIS, "basis-twice", {"sealed": {"client": {"name": "가나다 시험"}, "consent": CONSENT}}),
        (Guard.OWNER, "parent-unknown", {"parent": str(new_id())}),
    ],
)
def test_each_guard_refuses_by_its_name(guard: Guard, reason: str, fields: dict[str, JsonValue]) -> None:
    refusal = refused(**fields)
    assert (refusal.guard, refusal.reason) == (guard, reason)


def test_an_employer_needs_no_basis() -> None:
    two = Two()
    done = two.refer(programme="hiring-support", subject="employer", legal_basis=None, sealed=EMPLOYER)
    assert isinstance(done, Change)


def test_a_consent_artefact_is_a_basis() -> None:
    sealed: JsonValue = {"client": {"name": "가나다 시험"}, "consent": CONSENT}
    assert isinstance(Two().refer(legal_basis=None, sealed=sealed), Change)


@pytest.mark.parametrize(
    "fields",
    [
        {"path": []},
        {"unheard_of": 1},
        {"sealed": {"client": {"name": "가나다 시험", "resident_number": "x"}}},
        {"sealed": EMPLOYER},
        {"subject": "employer", "sealed": PERSON},
    ],
)
def test_an_order_that_does_not_fit_is_not_understood(fields: dict[str, JsonValue]) -> None:
    with pytest.raises(ValidationError):
        REFERRAL_ORDER.validate_python(referral_order(**fields), extra="forbid")


def test_an_open_referral_of_the_same_client_is_named() -> None:
    order, first = REFERRAL_ORDER.validate_python(referral_order()), new_id()
    ids = NewIds(new_id(), new_id())
    refusal = sending.refer(order, view_of(SENDER), Prior(duplicate=first), START, ids)
    assert isinstance(refusal, Refusal)
    assert (refusal.guard, refusal.referral) == (Guard.DUPLICATE, first)


def _followed(days: int, **fields: JsonValue) -> Change | Refusal:
    first = Two()
    first.refer()
    first.deliver()
    second = Two(sender=first.sender, now=first.now + timedelta(days=days))
    return second.refer(first.at_sender, **fields)


def test_a_journey_goes_on_with_the_same_kind_of_subject_only() -> None:
    fields: dict[str, JsonValue] = {"programme": "hiring-support", "subject": "employer", "legal_basis": None}
    done = _followed(1, **fields, sealed=EMPLOYER)
    assert isinstance(done, Refusal)
    assert (done.guard, done.reason) == (Guard.JOURNEY, "parent-of-another-subject")


def test_a_referral_that_follows_another_continues_its_journey() -> None:
    first = Two()
    first.refer()
    second = Two(sender=first.sender)
    done = second.refer(first.at_sender, programme="case-management")
    assert isinstance(done, Change)
    assert done.referral is not None
    body = done.says[0].body
    assert isinstance(body, ReferralRequested)
    assert done.referral.journey == first.at_sender.journey
    assert [(visit.agency, visit.programme) for visit in body.path] == [
        (str(RECIPIENT), "welfare-counselling")
    ]


def test_the_recipient_of_the_parent_stands_in_the_path_itself() -> None:
    first = Two()
    first.refer()
    first.deliver()
    order = REFERRAL_ORDER.validate_python(referral_order(recipient=SENDER.agency, programme="training-card"))
    done = sending.refer(
        order, view_of(RECIPIENT), Prior(first.at_recipient), START, NewIds(new_id(), new_id())
    )
    assert isinstance(done, Change)
    body = done.says[0].body
    assert isinstance(body, ReferralRequested)
    assert [visit.agency for visit in body.path] == [str(RECIPIENT)]


def test_the_same_programme_again_within_thirty_days_is_a_loop() -> None:
    refusal = _followed(days=29)
    assert isinstance(refusal, Refusal)
    assert (refusal.guard, refusal.reason) == (Guard.LOOP, "visited-before")


def test_a_loop_may_be_overridden_with_a_reason_and_is_none_after_thirty_days() -> None:
    overridden = _followed(days=1, loop_override="상황이 바뀌었습니다.")
    assert isinstance(overridden, Change)
    assert overridden.referral is not None
    assert overridden.referral.loop_override == "상황이 바뀌었습니다."
    assert isinstance(_followed(days=31), Change)


def test_a_journey_has_four_hops_at_most() -> None:
    handler = Two().sender
    parent = None
    for hop in range(5):
        two = Two(sender=handler, now=START + timedelta(days=40 * hop))
        done = two.refer(parent, loop_override="시험")
        if hop < 4:
            assert isinstance(done, Change)
            parent = two.at_sender
        else:
            assert isinstance(done, Refusal)
            assert (done.guard, done.reason) == (Guard.LOOP, "hops-exceeded")
