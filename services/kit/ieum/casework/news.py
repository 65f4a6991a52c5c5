"""News: what the sender amended or supplied counts, at both sides, once the recipient settles it."""

from dataclasses import replace

from pydantic import JsonValue
from pydantic_core import from_json, to_json

from ieum.casework.values import Referral
from ieum_contracts.codes import Decision
from ieum_contracts.model import Model
from ieum_contracts.referral import ReferralAmended, ReferralInfoSupplied


def with_news(referral: Referral, body: Model | None, settled_by: Decision) -> Referral:
    """Merge corrections and supplied facts into the details, where a decision settles the ask `body`."""
    if isinstance(body, ReferralAmended) and settled_by is Decision.AMENDMENT_NOTED:
        asked = body.model_dump(mode="json", include={"priority", "priority_cause"}, exclude_none=True)
        news = {} if body.sealed is None else _news(body.sealed)
        return replace(referral, asked=_merged(referral.asked, asked), sealed=_sealed(referral, news))
    if isinstance(body, ReferralInfoSupplied) and settled_by is Decision.RECEIVED and body.sealed is not None:
        return replace(referral, sealed=_sealed(referral, _news(body.sealed)))
    return referral


def _news(details: Model) -> dict[str, JsonValue]:
    fields = {"contact", "circumstances", "documents_held"}
    return details.model_dump(mode="json", include=fields, exclude_none=True, exclude_defaults=True)


def _sealed(referral: Referral, news: dict[str, JsonValue]) -> bytes | None:
    return None if referral.sealed is None else _merged(referral.sealed, news)


def _merged(before: bytes, news: dict[str, JsonValue]) -> bytes:
    if not news:
        return before
    known: dict[str, JsonValue] = from_json(before)
    return to_json(known | {name: _joined(name, known.get(name), value) for name, value in news.items()})


def _joined(name: str, known: JsonValue, value: JsonValue) -> JsonValue:
    """Add facts to facts and documents to documents; anything else is replaced as a whole."""
    if name == "circumstances" and isinstance(known, dict) and isinstance(value, dict):
        return known | value
    if name == "documents_held" and isinstance(known, list) and isinstance(value, list):
        return known + [each for each in value if each not in known]
    return value
