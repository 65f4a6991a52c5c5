"""A redirected client goes on in one call, with a new consent and no more details than that needs."""

from typing import Any
from uuid import uuid4

import pytest

from tests.kit.api.agency_api import Api, settle
from tests.kit.api.referring import MARKS, referral_order

pytestmark = pytest.mark.stack


def _consent(api: Api, order: dict[str, Any], programme: str, *items: str) -> dict[str, Any]:
    named = list(items) or ["client.name", "contact", "circumstances.recognised_income_monthly"]
    given = {"id": str(uuid4()), "recipient": str(api.peer), "purpose": programme, "items": named}
    return {**order["sealed"]["consent"], **given}


async def _ended(api: Api, welfare: Api, **decision: object) -> tuple[str, dict[str, Any]]:
    """Refer a client whom the recipient sends elsewhere."""
    order = referral_order(api.peer)
    order["sealed"]["circumstances"] = {
        "household_size": {"value": 2, "source": "stated"},
        "recognised_income_monthly": {"value": 700_000, "source": "documented"},
        "arrears_days": {"value": 10, "source": "stated"},
    }
    made = await api.post("/v1/referrals", order)
    referral = str(made.json()["id"])
    await settle(api, welfare)
    suggestion = {"agency": str(welfare.me), "programme": "livelihood"}
    body = {"decision": "redirected", "reason": "wrong-service", "suggestion": suggestion, **decision}
    assert (await welfare.post(f"/v1/referrals/{referral}/decisions", body)).status_code == 200
    await settle(api, welfare)
    return referral, order


async def test_a_suggestion_becomes_the_next_referral_of_the_journey(api: Api, welfare: Api) -> None:
    referral, order = await _ended(api, welfare)
    follow: dict[str, Any] = {
        "sealed": {"consent": _consent(api, order, "livelihood"), "reason_in_words": "다시 의뢰합니다."}
    }
    path = f"/v1/referrals/{referral}/follow"
    foreseen = await api.post(path, follow, prefer="dry-run")
    assert (foreseen.status_code, foreseen.json()["refusals"]) == (200, [])
    made = await api.post(path, follow, key="follow-key-0001")
    assert made.status_code == 201, made.text
    assert not any(mark in made.text for mark in MARKS)
    again = await api.post(path, follow, key="follow-key-0001")
    assert (again.json()["id"], again.headers["idempotent-replayed"]) == (made.json()["id"], "true")
    await settle(api, welfare)
    there = (await welfare.http.get(made.headers["location"])).json()
    asked, sealed = there["requested"], there["requested"]["sealed"]
    assert (there["programme"], there["parent"], there["state"]) == ("livelihood", referral, "received")
    assert [(each["programme"], each["state"]) for each in asked["path"]] == [
        ("welfare-counselling", "redirected")
    ]
    assert sealed["client"] == {"name": order["sealed"]["client"]["name"]}
    assert sealed["contact"] == order["sealed"]["contact"]
    assert set(sealed["circumstances"]) == {"recognised_income_monthly"}
    assert sealed["reason_in_words"] == "다시 의뢰합니다."
    assert sealed["consent"]["id"] == follow["sealed"]["consent"]["id"]
    assert foreseen.json()["items"]["sealed"] == sorted(
        ["consent", "client.name", "reason_in_words", "circumstances.recognised_income_monthly"]
        + [f"contact.{name}" for name in order["sealed"]["contact"]]
    )


async def test_the_first_consent_is_no_basis_for_the_next_agency(api: Api, welfare: Api) -> None:
    referral, order = await _ended(api, welfare)
    path = f"/v1/referrals/{referral}/follow"
    bare = await api.post(path, {})
    assert (bare.status_code, bare.json()["reason"]) == (422, "basis-missing")
    old = await api.post(path, {"sealed": {"consent": order["sealed"]["consent"]}})
    assert (old.status_code, old.json()["reason"]) == (422, "consent-for-another")
    statute = await api.post(path, {"legal_basis": "ssba-16-2-referral"})
    assert statute.status_code == 201


async def test_what_cannot_be_followed_is_refused(api: Api, welfare: Api) -> None:
    order = referral_order(api.peer)
    made = (await api.post("/v1/referrals", order)).json()
    path = f"/v1/referrals/{made['id']}/follow"
    basis = {"legal_basis": "ssba-16-2-referral"}
    assert (await api.post(path, basis)).json()["reason"] == "not-ended"
    await settle(api, welfare)
    assert (await welfare.post(path, basis)).status_code == 403
    await welfare.post(
        f"/v1/referrals/{made['id']}/decisions", {"decision": "declined", "reason": "no-capacity"}
    )
    await settle(api, welfare)
    assert (await api.post(path, basis)).json()["reason"] == "nothing-suggested"
    named = await api.post(path, basis | {"recipient": api.peer.agency, "programme": "case-management"})
    assert named.status_code == 201
    for agency in ("/seoul/city-welfare-team", f"/{welfare.me.centre}/{'a' * 60}"):
        elsewhere = {"agency": agency, "programme": "livelihood"}
        referral, _ = await _ended(api, welfare, suggestion=elsewhere)
        answer = await api.post(f"/v1/referrals/{referral}/follow", basis)
        assert answer.json()["reason"] == "nothing-suggested", agency
    referral, order = await _ended(api, welfare)
    await api.post(f"/v1/referrals/{referral}/asks", {"ask": "consent.withdrawn"})
    await settle(api, welfare)
    assert (await api.post(f"/v1/referrals/{referral}/follow", basis)).json()["reason"] == "consent-withdrawn"


async def test_a_duplicate_may_be_overridden_with_a_reason(api: Api, welfare: Api) -> None:
    order = referral_order(api.peer)
    first = (await api.post("/v1/referrals", order)).json()
    reasoned = order | {"duplicate_override": "다른 자녀의 일입니다."}
    second = await api.post("/v1/referrals", reasoned)
    assert second.status_code == 201, second.text
    third = await api.post("/v1/referrals", reasoned)
    assert third.status_code == 201, third.text
    detail = (await api.http.get(second.headers["location"])).json()
    assert (detail["duplicate_override"], detail["duplicate_of"]) == ("다른 자녀의 일입니다.", first["id"])
    await settle(api, welfare)  # the copies move on, and each is written again
    assert (await api.post("/v1/referrals", order)).json()["type"] == "urn:ieum:problem:duplicate"
    for made in (first, second.json(), third.json()):
        path = f"/v1/referrals/{made['id']}/decisions"
        assert (await welfare.post(path, {"decision": "accepted"})).status_code == 200
    await settle(api, welfare)
    found = (await api.http.get("/v1/referrals", params={"client_ref": order["client_ref"]})).json()[
        "referrals"
    ]
    assert [each["state"] for each in found] == ["accepted"] * 3
    assert "duplicate_override" not in (await api.http.get(f"/v1/referrals/{first['id']}")).json()
