"""Examples of every request body; a test validates each against its contract."""

from collections.abc import Mapping
from typing import TypeAlias

from pydantic import JsonValue

Example: TypeAlias = Mapping[str, JsonValue]

_ASK_ID = "0197a2c4-5d11-7c62-9d0a-6a1f0c8e2b01"
_SEALED_CLIENT: JsonValue = {
    "client": {"name": "가나다 시험", "birth_date": "1988-05-20"},
    "contact": {"phone": "010-0000-0000", "safe_to_call": True, "safe_hours": "10-12"},
    "circumstances": {"household_size": {"value": 2, "source": "stated"}},
    "reason_in_words": "구직급여가 곧 끝나 생계 상담이 필요합니다.",
    "sender_desk": {"name": "취업지원 1창구"},
    "consent": {
        "id": "0197a2c4-5d11-7c62-9d0a-6a1f0c8e2b02",
        "recipient": "/yangju/city-welfare-team",
        "purpose": "welfare-counselling",
        "items": ["client.name", "contact.phone", "circumstances.household_size", "reason_in_words"],
        "retention_days": 365,
        "refusal_text": "동의를 거부할 수 있으며, 거부하면 이 의뢰를 보내지 않습니다.",
        "refusal_text_version": "2026-01",
        "agreed": ["provision"],
        "method": "tablet",
        "given_at": "2026-07-01T01:30:00Z",
        "evidence_sha256": "0" * 64,
    },
}
_SUGGESTION: JsonValue = {"agency": "/yangju/city-job-center", "programme": "job-counselling"}

REFERRALS: Mapping[str, Example] = {
    "person": {
        "recipient": "city-welfare-team",
        "client_ref": "EC-2026-0001",
        "subject": "person",
        "programme": "welfare-counselling",
        "priority": "urgent",
        "priority_cause": "benefit-ends-soon",
        "needs": ["income-livelihood"],
        "goals": ["income-secured"],
        "hand_over": "walked-over-now",
        "sealed": _SEALED_CLIENT,
    },
    "employer": {
        "recipient": "city-job-center",
        "client_ref": "EC-2026-0002",
        "subject": "employer",
        "programme": "hiring-support",
        "needs": ["work-hiring"],
        "goals": ["vacancies-filled"],
        "hand_over": "recipient-contacts",
        "sealed": {
            "employer": {
                "name": "가나다 시험 공업",
                "business_number": "000-00-00000",
                "contact_name": "가나다 시험",
                "phone": "031-000-0000",
                "vacancies": [{"title": "조립", "headcount": 3, "weekly_hours": 40}],
            }
        },
    },
}
DECISIONS: Mapping[str, Example] = {
    "info-requested": {"decision": "info-requested", "questions": ["income"]},
    "waitlisted": {"decision": "waitlisted", "expected_wait_days": 14},
    "accepted": {
        "decision": "accepted",
        "contact_by": "2030-07-03T09:00:00Z",
        "appointment": {"at": "2030-07-02T01:00:00Z", "place": "2층 상담실", "bring": ["income-proof"]},
    },
    "started": {"decision": "started"},
    "progressed": {"decision": "progressed", "sub_status": "contacted"},
    "held": {"decision": "held", "reason": "cannot-contact", "until": "2030-08-01"},
    "resumed": {"decision": "resumed"},
    "completed": {
        "decision": "completed",
        "outcome": "service-provided",
        "goals": [{"goal": "income-secured", "met": True}],
    },
    "assessed": {"decision": "completed", "outcome": "assessed", "suggestions": [_SUGGESTION]},
    "failed": {"decision": "failed", "reason": "no-show-repeated"},
    "declined": {"decision": "declined", "reason": "not-eligible", "suggestions": [_SUGGESTION]},
    "redirected": {"decision": "redirected", "reason": "no-capacity", "suggestion": _SUGGESTION},
    "ask-rejected": {"decision": "ask-rejected", "answers": [_ASK_ID]},
}
ASKS: Mapping[str, Example] = {
    "info-supplied": {
        "ask": "info-supplied",
        "questions": ["income"],
        "sealed": {"replies": [{"question": "income", "text": "지난달 소득은 없습니다."}]},
    },
    "amended": {"ask": "amended", "priority": "crisis", "priority_cause": "no-means-today"},
    "cancel-requested": {"ask": "cancel-requested", "reason": "found-work"},
    "outcome-acknowledged": {"ask": "outcome-acknowledged"},
    "outcome-disputed": {"ask": "outcome-disputed", "sealed": {"note": "상담을 한 번밖에 받지 못했습니다."}},
    "consent.withdrawn": {"ask": "consent.withdrawn", "scope": "referral"},
}
INQUIRIES: Mapping[str, Example] = {
    "which of yours": {
        "sealed": {
            "circumstances": {
                "birth_date": {"value": "1988-05-20", "source": "stated"},
                "household_size": {"value": 2, "source": "stated"},
                "recognised_income_monthly": {"value": 900_000, "source": "documented"},
            }
        }
    },
    "one programme": {
        "recipients": ["city-welfare-team"],
        "programmes": ["livelihood"],
        "sealed": {"circumstances": {"household_size": {"value": 2, "source": "stated"}}},
    },
}
CONFIRMATIONS: Mapping[str, Example] = {
    "as assessed": {"finding": "not-eligible", "ground": "facts-verified", "by": "WT-07"},
    "otherwise": {
        "finding": "eligible",
        "ground": "other",
        "by": "WT-07",
        "sealed": {"note": "지난달 소득이 줄어 기준에 듭니다."},
    },
}
ELIGIBILITY_CHANGES: Mapping[str, Example] = {
    "granted": {
        "programme": "livelihood",
        "old": "likely",
        "new": "granted",
        "effective_on": "2026-08-01",
        "conflicts": [
            {
                "programme": "employment-support-1",
                "rule": "livelihood-ends-allowance",
                "citation": "구직자취업촉진법 29(1)4",
            }
        ],
    }
}
FOLLOWINGS: Mapping[str, Example] = {
    "where the recipient suggested": {
        "hand_over": "appointment",
        "sealed": {
            "reason_in_words": "첫 기관에 자리가 없어 안내받은 기관으로 의뢰합니다.",
            "consent": {
                "id": "0197a2c4-5d11-7c62-9d0a-6a1f0c8e2b04",
                "recipient": "/yangju/city-job-center",
                "purpose": "job-counselling",
                "items": ["client.name", "contact", "reason_in_words"],
                "retention_days": 365,
                "refusal_text": "동의를 거부할 수 있으며, 거부하면 이 의뢰를 보내지 않습니다.",
                "refusal_text_version": "2026-01",
                "agreed": ["provision"],
                "method": "tablet",
                "given_at": "2026-07-01T02:30:00Z",
                "evidence_sha256": "0" * 64,
            },
        },
    },
    "on a statute": {
        "recipient": "city-welfare-team",
        "programme": "welfare-counselling",
        "legal_basis": "ssba-16-2-referral",
    },
}
JOURNEY_PLANS: Mapping[str, Example] = {
    "two goals": {
        "goals": [
            {"goal": "income-secured", "owner": "city-welfare-team", "review_on": "2030-10-01"},
            {"goal": "employment", "owner": "employment-center", "review_on": "2030-12-01"},
        ]
    }
}
TO_DOS_DONE: Mapping[str, Example] = {"taken care of": {"result": "acted"}}
ABANDONMENTS: Mapping[str, Example] = {"nobody answers": {"reason": "recipient-silent"}}
REPETITIONS: Mapping[str, Example] = {"say them again": {}}
CASE_CLOSINGS: Mapping[str, Example] = {
    "goals met": {
        "reason": "goals-met",
        "goals": [{"goal": "income-secured", "outcome": "benefit-granted"}],
        "aftercare_until": "2031-01-31",
    }
}
CASE_FOLLOW_UPS: Mapping[str, Example] = {"employed": {"found": "still-employed", "next_on": "2030-12-01"}}
ROOMS: Mapping[str, Example] = {
    "places are counted": {"places": 12},
    "full for now": {"room": "waitlist", "expected_days": 14},
}
STREAM_ACTS: Mapping[str, Example] = {
    "look first": {"reason": "peer-restored", "by": "op-1", "dry_run": True},
    "do it": {"reason": "peer-restored", "by": "op-1", "sequence": 4, "waited_for": "fold.failed"},
}
SOURCE_RELEASES: Mapping[str, Example] = {
    "look first": {"reason": "sender-mended", "by": "op-1", "dry_run": True},
    "do it": {"reason": "sender-mended", "by": "op-1", "held_since": "2026-11-28T03:00:00Z"},
}
ELEVATIONS: Mapping[str, Example] = {"for an hour": {"reason": "fold-mended-by-hand"}}
