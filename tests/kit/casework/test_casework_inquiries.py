"""Inquiries in memory: who is asked what, what the answer is, and what a referral may cite of it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from pydantic import JsonValue

from ieum.casework.assessment_differences import differences
from ieum.casework.citing import citing, uncitable
from ieum.casework.hearing import hear
from ieum.casework.inquiring import InquiryIds, inquire, inquiry_not_taken_in
from ieum.casework.inquiry_orders import INQUIRY_ORDER
from ieum.casework.inquiry_values import INQUIRY_KEPT, Inquiry
from ieum.casework.loaded_cases import LoadedCases
from ieum.casework.refusals import NotYet, Refusal, RefusedEvent
from ieum.casework.values import AgencyView, Change
from ieum_contracts.address import Address
from ieum_contracts.eligibility import EligibilityAssessed, EligibilityChanged, Likelihood
from ieum_contracts.inquiry import EligibilityRequested
from ieum_contracts.message import Say
from ieum_contracts.model import Model
from ieum_contracts.programme import ProgrammePublished
from ieum_contracts.referral import AssessmentCited
from tests.kit.casework.agencies import (
    PUBLISHED,
    RECIPIENT,
    SENDER,
    START,
    Two,
    event_of,
    new_id,
    published,
    view_of,
)

RULED = published(
    "case-management",
    rules=[
        {
            "rule": "household-known",
            "citation": "시험 규칙 1",
            "explanation_ko": "시험",
            "explanation_en": "test",
            "facts": ["circumstances.household_size", "circumstances.marriage_immigrant", "client.name"],
        }
    ],
)
Catalogue = Mapping[tuple[Address, str], ProgrammePublished]
CATALOGUE: Catalogue = {**PUBLISHED, (RECIPIENT, "case-management"): RULED}
FACTS: dict[str, JsonValue] = {
    "household_size": {"value": 2, "source": "stated"},
    "marriage_immigrant": {"value": True, "source": "stated"},
    "job_wanted": {"value": "용접", "source": "stated"},
}


def _ask(order: Mapping[str, JsonValue], catalogue: Catalogue = CATALOGUE) -> Change | Refusal:
    view = replace(view_of(SENDER), published=catalogue)
    content = INQUIRY_ORDER.validate_python({"sealed": {"circumstances": FACTS}, **order})
    return inquire(content, view, START, InquiryIds(new_id(), tuple(new_id() for _ in range(50))))


def _asked(**order: JsonValue) -> tuple[Inquiry, Say]:
    change = _ask(order)
    assert isinstance(change, Change)
    ((inquiry,), (said,)) = change.inquiries, change.says
    return inquiry, said


def _answered(inquiry: Inquiry, said: Say, view: AgencyView | None = None) -> tuple[Inquiry, Inquiry, Model]:
    """Carry an inquiry and its answer; returns both sides' inquiries, and the answer."""
    heard = hear(LoadedCases(), event_of(said, SENDER, START), view or view_of(RECIPIENT), START)
    assert isinstance(heard, Change)
    ((theirs,), (answer,)) = heard.inquiries, heard.says
    known = LoadedCases(inquiries=[inquiry])
    took = hear(known, event_of(answer, RECIPIENT, START), view_of(SENDER), START)
    assert isinstance(took, Change)
    return took.inquiries[0], theirs, answer.body


def test_only_what_published_rules_read_is_said_and_nothing_sensitive() -> None:
    inquiry, said = _asked()
    assert (said.to, said.key, said.journey) == (RECIPIENT, inquiry.id, None)
    body = said.body
    assert isinstance(body, EligibilityRequested)
    given = body.sealed.circumstances.model_dump(exclude_none=True)
    assert given == {"household_size": {"value": 2, "source": "stated"}}
    assert body.programmes == ()


def test_the_answer_is_the_rules_and_nobodys_else() -> None:
    ours, theirs, answer = _answered(*_asked())
    assert isinstance(answer, EligibilityAssessed)
    (advice,) = answer.programmes
    assert (advice.programme, advice.likelihood) == ("case-management", Likelihood.LIKELY)
    assert advice.as_of == START.date()
    assert ours.assessed() == theirs.assessed() == answer
    assert (ours.asked_here, theirs.asked_here, theirs.group) == (True, False, None)


def test_a_programme_without_rules_is_answered_too_when_it_is_named() -> None:
    _, _, answer = _answered(*_asked(programmes=["welfare-counselling"]))
    assert isinstance(answer, EligibilityAssessed)
    assert [(each.likelihood, each.cause) for each in answer.programmes] == [
        (Likelihood.NEEDS_INFO, "no-published-rule")
    ]


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        ({"recipients": ["employment-center"]}, "programme-not-published"),
        ({"recipients": ["nobody-here"]}, "programme-not-published"),
        ({"programmes": ["no-such-programme"]}, "programme-not-published"),
        ({"programmes": ["case-management", "no-such-programme"]}, "programme-not-published"),
        ({"programmes": ["hiring-support"]}, "programme-not-published"),
        ({"subject": "employer"}, "nobody-to-ask"),
    ],
)
def test_who_cannot_be_asked(order: dict[str, JsonValue], reason: str) -> None:
    refusal = _ask(order)
    assert isinstance(refusal, Refusal)
    assert refusal.reason == reason


def test_nobody_with_rules_can_be_asked_nothing() -> None:
    refusal = _ask({}, PUBLISHED)
    assert isinstance(refusal, Refusal)
    assert refusal.reason == "nobody-to-ask"


def test_what_is_asked_twice_late_or_of_the_wrong_agency_is_refused() -> None:
    inquiry, said = _asked()
    event = event_of(said, SENDER, START)
    known = LoadedCases(inquiries=[replace(inquiry, asked_here=False)])
    view = view_of(RECIPIENT)
    assert hear(known, event, view, START) == RefusedEvent("inquiry-known")
    assert hear(LoadedCases(), event, view, START + INQUIRY_KEPT) == RefusedEvent("inquiry-expired")
    almost = START + INQUIRY_KEPT - timedelta(microseconds=1)
    assert isinstance(hear(LoadedCases(), event, view, almost), Change)
    unknown = EligibilityRequested.model_validate({"programmes": ["no-such-programme"], "sealed": {}})
    heard = hear(LoadedCases(), event_of(replace(said, body=unknown), SENDER, START), view, START)
    assert heard == RefusedEvent("programme-not-offered")


def test_an_answer_is_taken_once_from_whom_was_asked_and_waits_for_a_referral_otherwise() -> None:
    inquiry, said = _asked()
    ours, theirs, answer = _answered(inquiry, said)
    view = view_of(SENDER)

    def heard(known: Inquiry | None, source: Address = RECIPIENT, body: Model = answer) -> object:
        event = event_of(replace(said, body=body), source, START)
        return hear(LoadedCases(inquiries=[] if known is None else [known]), event, view, START)

    assert heard(None) == NotYet("awaiting-referral")
    assert heard(ours) == RefusedEvent("inquiry-answered")
    assert heard(inquiry, source=SENDER) == RefusedEvent("wrong-party")
    assert heard(theirs) == RefusedEvent("wrong-party")
    changed = EligibilityChanged.model_validate(
        {"programme": "livelihood", "old": "likely", "new": "granted", "effective_on": "2026-08-01"}
    )
    assert heard(inquiry, body=changed) == RefusedEvent("wrong-party")
    assert heard(replace(inquiry, erased=True)) == RefusedEvent("inquiry-expired")


def test_an_inquiry_that_was_not_taken_in_says_why_and_may_still_be_answered() -> None:
    inquiry, said = _asked()
    change = inquiry_not_taken_in(inquiry, "programme-not-offered")
    assert change is not None
    (refused,) = change.inquiries
    assert refused.refused == "programme-not-offered"
    assert inquiry_not_taken_in(refused, "programme-not-offered") is None
    ours, theirs, _ = _answered(refused, said)
    assert ours.refused is None
    assert inquiry_not_taken_in(ours, "x") is None
    assert inquiry_not_taken_in(theirs, "x") is None


def test_what_may_be_cited() -> None:
    inquiry, said = _asked()
    ours, theirs, _ = _answered(inquiry, said)
    assert ours.answer is not None
    cited, ok = AssessmentCited(event=ours.answer, inquiry=ours.id), "case-management"
    later = START + INQUIRY_KEPT
    assert uncitable(cited, ours, RECIPIENT, ok, START) is None
    assert uncitable(cited, ours, RECIPIENT, ok, later) == "inquiry-expired"
    assert uncitable(cited, replace(ours, cited=True), RECIPIENT, ok, later) is None
    assert uncitable(cited, replace(ours, erased=True), RECIPIENT, ok, START) == "inquiry-expired"
    assert uncitable(cited, None, RECIPIENT, ok, START) == "inquiry-unknown"
    assert uncitable(cited, theirs, RECIPIENT, ok, START) == "inquiry-unknown"
    assert uncitable(cited, ours, SENDER, ok, START) == "inquiry-of-another-recipient"
    assert uncitable(cited, inquiry, RECIPIENT, ok, START) == "inquiry-not-answered"
    assert uncitable(cited, ours, RECIPIENT, "other", START) == "inquiry-of-another-programme"
    wrong = AssessmentCited(event=UUID(int=1), inquiry=ours.id)
    assert uncitable(wrong, ours, RECIPIENT, ok, START) == "answer-of-another-inquiry"


def test_a_recipient_keeps_what_its_own_asker_cites_and_nothing_else() -> None:
    two = Two()
    two.refer(programme="case-management")
    referred = Change(two.at_sender)
    inquiry, said = _asked()
    ours, theirs, _ = _answered(inquiry, said)
    kept = citing(referred, ours, asked_here=True)
    assert kept.cites is not None
    assert (kept.cites.inquiry, kept.inquiries) == (ours.id, (replace(ours, cited=True),))
    again = citing(referred, replace(ours, cited=True), asked_here=True)
    assert (again.cites, again.inquiries) == (kept.cites, ())
    for stranger in (None, theirs, replace(ours, peer=SENDER), replace(ours, erased=True)):
        assert citing(referred, stranger, asked_here=True) == referred


def test_what_differs_is_named_rule_by_rule() -> None:
    _, _, answer = _answered(*_asked())
    assert isinstance(answer, EligibilityAssessed)
    (advice,) = answer.programmes
    failed = advice.rules[0].model_copy(update={"result": "fail"})
    other = advice.model_copy(update={"likelihood": Likelihood.UNLIKELY, "rules": (failed,)})
    present = EligibilityAssessed(programmes=(other,))
    found = differences(answer, present, "case-management")
    assert found is not None
    assert found.differ
    assert [(each.cited, each.present) for each in found.rules] == [("pass", "fail")]
    same = differences(answer, answer, "case-management")
    assert same is not None
    assert not same.differ
    assert differences(answer, present, "livelihood") is None
