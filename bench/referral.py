"""The referral that every case sends, 570 bytes of JSON, and its answer."""

import json
from typing import Any

BYTES = 570
REASON = "구직급여가 곧 끝나 생계 상담이 필요합니다."

_FIELDS: dict[str, Any] = {
    "subject": "person",
    "programme": "welfare-counselling",
    "priority": "urgent",
    "needs": ["income-livelihood"],
    "hand_over": "walked-over-now",
    "sealed": {
        "client": {"name": "가나다 시험", "birth_date": "1988-05-20"},
        "contact": {"phone": "010-0000-0000", "safe_to_call": True},
        "reason_in_words": REASON,
        "sender_desk": {"name": "취업지원 1창구"},
    },
}


def referral(key: str) -> dict[str, Any]:
    """Make the referral that the peers send; its id stands in the body."""
    fields = {"id": key, **_FIELDS}
    missing = BYTES - len(json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode())
    sealed = {**_FIELDS["sealed"], "reason_in_words": REASON + "." * missing}
    return {**fields, "sealed": sealed}


def encoded(fields: dict[str, Any]) -> bytes:
    """Write JSON as it travels."""
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()


def answer(key: str) -> dict[str, Any]:
    """Make the peers' answer to a referral."""
    return {"id": key, "state": "received", "reference": key[:8]}
