"""The story that the examples tell, and its longest journey: from the first desk to aftercare."""

from datetime import UTC, datetime, timedelta

from ieum_contracts.case import CaseFollowedUp
from ieum_contracts.codes import AskType, Decision
from ieum_contracts.eligibility import EligibilityAssessed
from ieum_contracts.story import inquiring, people, shorter, trouble
from ieum_contracts.story.people import EMPLOYMENT, JOBS, WELFARE
from ieum_contracts.story.referral import Told
from ieum_contracts.story.telling import Message, Teller

START = datetime(2026, 7, 1, 0, 30, tzinfo=UTC)
_PLACE = "양주고용복지플러스센터 1층"
_D, _A = Decision, AskType


def story() -> list[Message]:
    """Tell the whole story, in the order in which it is said."""
    teller = Teller(START)
    teller.publish(EMPLOYMENT, people.BENEFIT)
    teller.publish(JOBS, people.COUNSELLING, "counselling")
    teller.publish(JOBS, people.HIRING, "hiring")
    first = _to_the_facts(teller)
    _to_the_acceptance(first)
    _to_the_outcome(first)
    _to_the_end(first)
    shorter.employer(teller)
    shorter.declined(teller)
    shorter.withdrawn(teller, shorter.redirected(teller))
    shorter.expired(teller)
    shorter.unanswered(teller)
    trouble.restored(teller, EMPLOYMENT, WELFARE, START)
    teller.tell_room(EMPLOYMENT, people.FULL)
    teller.tell_room(JOBS, people.SOME_ROOM, "places-counted")
    inquiring.inquired(teller)
    return teller.told


def _to_the_facts(teller: Teller) -> Told:
    teller.wait(minutes=10)
    urgent = {"priority": "urgent", "priority_cause": "no-means-today", "assessment_skipped": "facts-missing"}
    asked = people.seeking_benefit(
        "가나다 시험",
        people.agreed(teller.new_id(), teller.now),
        **urgent,
        answer_by=teller.now + timedelta(days=1),
    )
    told = Told(teller, WELFARE, EMPLOYMENT).request(asked)
    told.answer(_D.RECEIVED, reference="EC-1", decision_due_at="2026-07-02T09:00:00Z")
    told.tell(EligibilityAssessed.model_validate({"programmes": [people.ASSESSED]}), cause=told.cause)
    teller.wait(hours=2)
    told.decide(_D.INFO_REQUESTED, questions=["income"], due_at="2026-07-08T09:00:00Z")
    teller.wait(hours=3)
    told.ask(
        _A.INFO_SUPPLIED,
        replied="supplied",
        questions=["income"],
        sealed={
            "replies": [{"question": "income", "text": "지난달부터 소득이 없음."}],
            "circumstances": {"own_income_monthly": {"value": 0, "source": "documented"}},
            "documents_held": ["income-proof"],
        },
    )
    return told


def _to_the_acceptance(told: Told) -> None:
    teller = told.teller
    teller.wait(minutes=40)
    told.decide(_D.WAITLISTED, expected_wait_days=14, review_at="2026-07-15T09:00:00Z")
    teller.wait(days=5)
    told.case = teller.new_id()
    told.decide(
        _D.ACCEPTED,
        contact_by="2026-07-08T09:00:00Z",
        appointment={
            "at": "2026-07-10T01:00:00Z",
            "place": _PLACE,
            "desk": "3번 창구",
            "bring": ["separation-certificate"],
        },
        case=told.case,
    )


def _to_the_outcome(told: Told) -> None:
    teller = told.teller
    teller.wait(days=3)
    told.decide(_D.STARTED, appointment={"at": "2026-07-17T01:00:00Z", "place": _PLACE})
    lost = told.decide(_D.PROGRESSED, sub_status="contacted", sealed={"note": "첫 상담을 마침."})
    trouble.lost_on_the_way(told, lost)
    teller.wait(days=1)
    told.ask(
        _A.AMENDED,
        priority="routine",
        sealed={
            "contact": {"phone": "010-0000-0001", "safe_to_call": False},
            "circumstances": {"searching": {"value": False, "source": "stated"}},
            "note": "연락처가 바뀜.",
        },
    )
    teller.wait(days=1)
    told.decide(_D.HELD, reason="documents-missing", until="2026-07-20")
    told.ask(_A.CANCEL_REQUESTED, reason="client-declined", sealed={"note": "잠시 쉬고 싶다고 함."})
    told.decide(
        _D.ASK_REJECTED,
        state="on-hold",
        cause="refused-by-worker",
        sealed={"note": "통화해 보니 계속하기를 원함."},
    )
    teller.wait(days=7)
    told.decide(_D.RESUMED)
    teller.wait(days=5)
    told.decide(
        _D.COMPLETED,
        outcome="benefit-granted",
        goals=[{"goal": "income-secured", "met": True}, {"goal": "employment", "met": False}],
        sealed={"note": "구직급여 지급 결정."},
    )


def _to_the_end(told: Told) -> None:
    teller = told.teller
    teller.wait(days=6)
    told.ask(_A.OUTCOME_DISPUTED, sealed={"note": "급여가 아직 지급되지 않음."})
    teller.wait(hours=5)
    told.decide(_D.REOPENED, cause="disputed")
    teller.wait(days=8)
    told.decide(_D.FAILED, reason="found-work", sealed={"note": "취업하여 지급을 끝냄."})
    teller.wait(days=1)
    told.ask(_A.OUTCOME_ACKNOWLEDGED, sealed={"note": "확인함."})
    today = teller.now.date()
    told.close_case(
        opened_on="2026-07-06",
        closed_on=today,
        reason="goals-met",
        goals=[{"goal": "employment", "outcome": "employed"}],
        aftercare_until=today + timedelta(days=180),
    )
    teller.wait(days=30)
    body = CaseFollowedUp.model_validate(
        {
            "case": told.case,
            "referrals": [told.id],
            "checked_on": teller.now.date(),
            "found": "still-employed",
            "next_on": teller.now.date() + timedelta(days=90),
            "sealed": {"note": "계속 근무 중."},
        }
    )
    found = told.tell_of_case(body)
    trouble.given_up(teller, found)
