"""Synthetic clients and employers, and what their referrals carry; none of them exists."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from uuid import uuid4

from pydantic import JsonValue

Json = dict[str, JsonValue]

CENTRE_PHONE = "031-000-0000"
MUNICIPALITY = "양주시"


def facts(source: str = "stated", **values: JsonValue) -> Json:
    """Return circumstances, all with the same confidence."""
    return {name: {"value": value, "source": source} for name, value in values.items()}


def person(
    to: str,
    programme: str,
    client_ref: str,
    *,
    centre: str,
    why: str,
    circumstances: Mapping[str, JsonValue] | None = None,
    name: str = "가나다 시험",
    **rest: JsonValue,
) -> Json:
    """Fill in the form for a person who has agreed to what it carries."""
    sealed: Json = {
        "client": {"name": name},
        "contact": {"phone": "010-0000-0000", "safe_to_call": True, "safe_hours": "10-12"},
        "reason_in_words": why,
        "sender_desk": {"name": "시험 창구", "phone": CENTRE_PHONE},
    }
    if circumstances:
        sealed["circumstances"] = dict(circumstances)
    sealed["consent"] = _consent(f"/{centre}/{to}", programme, sorted(_items(sealed)))
    return {
        "recipient": to,
        "client_ref": client_ref,
        "subject": "person",
        "programme": programme,
        "hand_over": "walked-over-now",
        "sealed": sealed,
        **rest,
    }


def employer(
    to: str, programme: str, client_ref: str, *, headcount: int, why: str, **rest: JsonValue
) -> Json:
    """Fill in the form for a firm that wants to hire; it needs no consent artefact."""
    return {
        "recipient": to,
        "client_ref": client_ref,
        "subject": "employer",
        "programme": programme,
        "hand_over": "recipient-contacts",
        "sealed": {
            "employer": {
                "name": "가나다 시험 공업",
                "business_number": "000-00-00000",
                "contact_name": "가나다 시험",
                "phone": CENTRE_PHONE,
                "staff": 24,
                "vacancies": [
                    {
                        "title": "조립",
                        "headcount": headcount,
                        "weekly_hours": 40,
                        "workplace_municipality": MUNICIPALITY,
                    }
                ],
            },
            "reason_in_words": why,
        },
        **rest,
    }


def _consent(recipient: str, purpose: str, items: list[str]) -> Json:
    return {
        "id": str(uuid4()),
        "recipient": recipient,
        "purpose": purpose,
        "items": [*items],
        "retention_days": 365,
        "refusal_text": "동의를 거부할 수 있으며, 거부하면 이 의뢰를 보내지 않습니다.",
        "refusal_text_version": "2026-01",
        "agreed": ["provision"],
        "method": "tablet",
        "given_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "evidence_sha256": "0" * 64,
    }


def _items(sealed: Json) -> Iterator[str]:
    """Return each item that is handed over, for the consent artefact."""
    for name, value in sealed.items():
        if name in {"client", "contact", "circumstances"} and isinstance(value, dict):
            yield from (f"{name}.{inner}" for inner in value)
        else:
            yield name
