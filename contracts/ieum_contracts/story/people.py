"""Whom and what the story speaks of: made-up people of one centre, and what its agencies offer."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from uuid import UUID

from ieum_contracts.address import Address

CENTRE = "yangju"
EMPLOYMENT = Address(CENTRE, "employment-center")
WELFARE = Address(CENTRE, "city-welfare-team")
JOBS = Address(CENTRE, "city-job-center")
WOMEN = Address(CENTRE, "women-reemployment-center")

Fields = Mapping[str, object]

_PERSONAL = (
    "client.name",
    "client.birth_date",
    "contact.phone",
    "contact.safe_to_call",
    "contact.safe_hours",
    "reason_in_words",
)
_FACTS = (
    "circumstances.birth_date",
    "circumstances.household_size",
    "circumstances.insured_days",
    "circumstances.searching",
)
_INSURED: Fields = {
    "rule": "insured-days-180",
    "citation": "고용보험법 40",
    "explanation_ko": "피보험단위기간 180일 이상",
    "explanation_en": "at least 180 insured days",
}
ABLE: Fields = {
    "rule": "able-to-work",
    "citation": "고용보험법 40",
    "explanation_ko": "근로의 의사와 능력",
    "explanation_en": "able and willing to work",
}

BENEFIT: Fields = MappingProxyType(
    {
        "programme": "job-seeking-benefit",
        "version": 1,
        "name_ko": "구직급여",
        "name_en": "Job-seeking benefit",
        "summary_ko": "실직자에게 지급하는 급여.",
        "summary_en": "A benefit for people who have lost their job.",
        "items": [*_PERSONAL, *_FACTS, "interpreter_language", "documents_held"],
        "documents": ["separation-certificate"],
        "rule_set": "2026-07",
        "rules": [
            {**_INSURED, "facts": ["circumstances.insured_days"]},
            {**ABLE, "facts": ["circumstances.able_to_work"]},
        ],
        "retention_days": 365,
        "valid_from": "2026-01-01",
    }
)
COUNSELLING: Fields = MappingProxyType(
    {
        "programme": "job-counselling",
        "version": 1,
        "name_ko": "구직상담",
        "name_en": "Job counselling",
        "serves": ["work-finding"],
        "items": list(_PERSONAL),
        "retention_days": 365,
    }
)
HIRING: Fields = MappingProxyType(
    {
        "programme": "hiring-support",
        "version": 1,
        "name_ko": "채용지원",
        "name_en": "Hiring support",
        "subjects": ["employer"],
    }
)
_WAITED: Fields = {"p50_days": 9, "p90_days": 21, "cases_at_least": 20}
FULL: Fields = MappingProxyType(
    {"programme": "job-seeking-benefit", "version": 1, "room": "waitlist"}
    | {"expected_days": 14, "waiting": _WAITED}
)
SOME_ROOM: Fields = MappingProxyType(
    {"programme": "job-counselling", "version": 1, "room": "few", "places": 2}
)
ASSESSED: Fields = MappingProxyType(
    {
        "programme": "job-seeking-benefit",
        "likelihood": "needs-info",
        "cause": "facts-missing",
        "rule_set": "2026-07",
        "as_of": "2026-07-01",
        "rules": [
            {**_INSURED, "result": "pass"},
            {**ABLE, "result": "unknown", "missing": ["circumstances.able_to_work"]},
        ],
    }
)


def consent(artefact: UUID, to: Address, programme: Fields, given_at: datetime) -> dict[str, object]:
    """Write what a client has agreed to: this recipient, this purpose, these items."""
    return {
        "id": artefact,
        "recipient": str(to),
        "purpose": programme["programme"],
        "items": programme["items"],
        "retention_days": programme["retention_days"],
        "refusal_text": "동의를 거부할 수 있으며, 거부해도 서비스 이용에 불이익이 없습니다.",
        "refusal_text_version": "2026-01",
        "agreed": ["provision"],
        "method": "paper",
        "given_at": given_at,
        "evidence_sha256": "ab" * 32,
    }


def agreed(artefact: UUID, now: datetime) -> dict[str, object]:
    """Write what a client agreed to a moment ago: the job-seeking benefit."""
    return consent(artefact, EMPLOYMENT, BENEFIT, now - timedelta(minutes=10))


def person(name: str, reason: str, agreement: Fields) -> dict[str, object]:
    """Write what is said of a made-up client, and of its consent."""
    return {
        "client": {"name": name, "birth_date": "1990-01-01"},
        "contact": {"phone": "010-0000-0000", "safe_to_call": True, "safe_hours": "평일 10시-12시"},
        "reason_in_words": reason,
        "sender_desk": {"name": "복지지원팀 시험 창구", "staff": "라마바 시험", "reference": "T-1"},
        "consent": agreement,
    }


def seeking_benefit(name: str, agreement: Fields, **more: object) -> dict[str, object]:
    """Write a referral for the job-seeking benefit."""
    sealed = person(name, "혼자 아이를 키우며 일자리를 찾고 있음. 시험용 문장.", agreement)
    sealed |= {
        "interpreter_language": "vi",
        "circumstances": {
            "birth_date": {"value": "1990-01-01", "source": "verified"},
            "household_size": {"value": 2, "source": "documented"},
            "insured_days": {"value": 200, "source": "stated"},
            "searching": {"value": True, "source": "stated"},
        },
        "documents_held": ["identity-seen", "separation-certificate"],
    }
    return {
        "subject": "person",
        "programme": BENEFIT["programme"],
        "needs": ["work-finding", "income-livelihood"],
        "goals": ["employment", "income-secured"],
        "hand_over": "appointment",
        "sealed": sealed,
        **more,
    }


def seeking_counsel(name: str, agreement: Fields, **more: object) -> dict[str, object]:
    """Write a referral for job counselling."""
    return {
        "subject": "person",
        "programme": COUNSELLING["programme"],
        "needs": ["work-finding"],
        "goals": ["employment"],
        "hand_over": "recipient-contacts",
        "sealed": person(name, "일자리 상담을 원함. 시험용 문장.", agreement),
        **more,
    }


def hiring() -> dict[str, object]:
    """Write a referral of an employer."""
    return {
        "subject": "employer",
        "programme": HIRING["programme"],
        "needs": ["work-hiring"],
        "goals": ["vacancies-filled"],
        "hand_over": "recipient-contacts",
        "sealed": {
            "employer": {
                "name": "시험제조",
                "business_number": "000-00-00000",
                "contact_name": "마바사 시험",
                "phone": "031-000-0001",
                "staff": 12,
                "vacancies": [
                    {"title": "조립", "headcount": 3, "weekly_hours": 40, "monthly_pay": 2_400_000}
                ],
            },
            "documents_held": ["business-registration"],
        },
    }
