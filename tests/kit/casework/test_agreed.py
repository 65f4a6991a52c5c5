"""What the agreement tells integrators of casework: causes of rejections, merging, order, and consent."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import JsonValue

from ieum.casework.refusals import Guard, Refusal
from ieum.casework.values import Change
from ieum_contracts.catalogue import MODEL_OF_ASK, type_of
from ieum_contracts.causes import RejectedCause
from ieum_contracts.codes import AskType, Decision
from ieum_contracts.decisions import ReferralAskRejected, ReferralDeclined
from ieum_contracts.message import Say
from tests.contracts.golden import CONTRACTS
from tests.kit.casework.agencies import RECIPIENT, SENDER, Two, event_of, new_id, referral_order
from tests.kit.casework.test_casework_moves import COMPLETED, resting

D, A = Decision, AskType
DISPUTED = (*COMPLETED, A.OUTCOME_DISPUTED)
REJECTED: dict[str, tuple[tuple[Decision | AskType, ...], AskType, str]] = {
    "supplied where nothing was asked": ((), A.INFO_SUPPLIED, "not-in-this-state"),
    "acknowledged before the outcome": ((D.ACCEPTED,), A.OUTCOME_ACKNOWLEDGED, "not-in-this-state"),
    "disputed before the outcome": ((D.ACCEPTED, D.STARTED), A.OUTCOME_DISPUTED, "not-in-this-state"),
    "amended after the outcome": (COMPLETED, A.AMENDED, "too-late"),
    "cancelled after the end": ((D.DECLINED,), A.CANCEL_REQUESTED, "too-late"),
    "acknowledged while disputed": (DISPUTED, A.OUTCOME_ACKNOWLEDGED, "dispute-waits"),
    "disputed again": ((*DISPUTED, D.REOPENED, D.COMPLETED), A.OUTCOME_DISPUTED, "already-reopened"),
    "amended after a withdrawal": ((D.WITHDRAWN,), A.AMENDED, "already-withdrawn"),
    "withdrawn at both desks": ((D.WITHDRAWN,), A.CONSENT_WITHDRAWN, "already-withdrawn"),
}
CONSENT: dict[str, Any] = {
    "id": "0198c0de-0000-7000-8000-0000000000c1",
    "recipient": str(RECIPIENT),
    "purpose": "welfare-counselling",
    "items": ["client.name", "contact.phone"],
    "retention_days": 365,
    "refusal_text": "동의를 거부할 수 있습니다.",
    "refusal_text_version": "2026-01",
    "agreed": ["provision"],
    "method": "paper",
    "given_at": "2026-06-30T00:00:00Z",
    "evidence_sha256": "ab" * 32,
}
OTHERS = [{"recipient": "/yangju/veterans-center"}, {"purpose": "case-management"}]


def rejection(two: Two, ask: AskType) -> ReferralAskRejected:
    """Let an ask arrive that the sender's own copy may forbid, as a crossing or another's agency does."""
    fields = {"reason": "found-work"} if ask is A.CANCEL_REQUESTED else {}
    body = MODEL_OF_ASK[ask].model_validate(fields)
    said = Say(RECIPIENT, two.id, two.at_sender.journey, body, new_id())
    two.recipient.mailbox.append(event_of(said, SENDER, two.now))
    two.deliver()
    answer = two.said[-1].body
    assert isinstance(answer, ReferralAskRejected)
    assert answer.answers == (said.id,)
    return answer


@pytest.mark.parametrize("about", REJECTED)
def test_an_ask_is_rejected_with_the_cause_that_the_agreement_names(about: str) -> None:
    steps, ask, cause = REJECTED[about]
    two = resting(*steps)
    answer = rejection(two, ask)
    assert (answer.cause, answer.state) == (cause, two.at_recipient.state)


def test_a_dispute_after_thirty_days_is_too_late_and_a_workers_rejection_is_the_workers() -> None:
    late = resting(*COMPLETED)
    late.now += timedelta(days=30)
    assert rejection(late, A.OUTCOME_DISPUTED).cause is RejectedCause.TOO_LATE
    two = resting(*DISPUTED)
    two.decide(D.ASK_REJECTED)
    answer = two.said[-1].body
    assert isinstance(answer, ReferralAskRejected)
    assert answer.cause is RejectedCause.REFUSED_BY_WORKER


def test_the_agreement_names_every_cause() -> None:
    readme = (CONTRACTS / "README.md").read_text(encoding="utf-8")
    assert {cause for cause in RejectedCause if f"| `{cause}` |" not in readme} == set()
    pinned = {cause for _, _, cause in REJECTED.values()} | {"refused-by-worker"}
    assert pinned == set(RejectedCause)


def test_an_amendment_merges_facts_and_papers_and_replaces_the_contact_as_a_whole() -> None:
    two = Two()
    order = referral_order()["sealed"]
    assert isinstance(order, dict)
    contact: JsonValue = {"phone": "010-0000-0000", "safe_to_call": True, "safe_hours": "10-12"}
    two.refer(sealed={**order, "contact": contact, "documents_held": ["identity-seen"]})
    two.deliver()
    facts: dict[str, JsonValue] = {
        "household_size": {"value": 3, "source": "verified"},
        "able_to_work": {"value": True, "source": "stated"},
    }
    news: dict[str, JsonValue] = {
        "contact": {"safe_to_call": False},
        "circumstances": facts,
        "note": "새 소식.",
    }
    two.ask(A.AMENDED, priority="urgent", priority_cause="no-means-today", sealed=news)
    two.deliver()
    two.decide(D.INFO_REQUESTED)
    two.deliver()
    two.ask(A.INFO_SUPPLIED, sealed={"documents_held": ["income-proof", "identity-seen"]})
    two.deliver()
    known: dict[str, Any] = two.at_recipient.requested()
    assert (known["priority"], known["priority_cause"]) == ("urgent", "no-means-today")
    assert known["sealed"]["contact"] == {"safe_to_call": False}
    assert known["sealed"]["circumstances"] == facts
    assert known["sealed"]["documents_held"] == ["identity-seen", "income-proof"]
    assert known["sealed"]["client"] == order["client"]
    assert "note" not in known["sealed"]


@pytest.mark.parametrize(
    ("steps", "last"),
    [
        ((*COMPLETED, A.OUTCOME_ACKNOWLEDGED), ["referral.closed.v1"]),
        ((D.ACCEPTED, D.DECLINED), ["referral.declined.v1"]),
        ((D.ACCEPTED, A.CANCEL_REQUESTED, D.CANCELLED), ["referral.cancelled.v1"]),
        ((D.ACCEPTED, A.CONSENT_WITHDRAWN), ["referral.withdrawn.v1", "consent.erased.v1"]),
    ],
)
def test_the_end_of_a_referral_is_said_before_the_end_of_its_case(
    steps: tuple[Decision | AskType, ...], last: list[str]
) -> None:
    said = [type_of(say.body) for say in resting(*steps).said]
    assert said[-len(last) - 1 :] == [*last, "case.closed.v1"]


@pytest.mark.parametrize("other", OTHERS)
def test_a_consent_for_another_agency_or_programme_is_neither_sent_nor_taken(other: dict[str, str]) -> None:
    two = Two()
    order = referral_order()["sealed"]
    assert isinstance(order, dict)
    wrong = two.refer(legal_basis=None, sealed={**order, "consent": CONSENT | other})
    assert isinstance(wrong, Refusal)
    assert (wrong.guard, wrong.reason) == (Guard.BASIS, "consent-for-another")
    assert isinstance(two.refer(legal_basis=None, sealed={**order, "consent": CONSENT}), Change)
    (event,) = two.recipient.mailbox
    consent = CONSENT | other
    sealed = event.body.model_dump(mode="json", exclude_none=True)["sealed"] | {"consent": consent}
    body = type(event.body).model_validate(event.body.model_dump(mode="json") | {"sealed": sealed})
    two.recipient.mailbox[0] = type(event)(event.envelope, body)
    two.deliver()
    answer = two.said[-1].body
    assert isinstance(answer, ReferralDeclined)
    assert (answer.reason, answer.answers) == ("consent-invalid", ())
