"""Decisions and asks go through where the table allows them, else they are refused with what is possible."""

from typing import Any

import pytest

from tests.kit.api.agency_api import Api, settle
from tests.kit.api.referring import MARKS, referral_order

pytestmark = pytest.mark.stack
COUNTS = """
select (select version from referral where id = $1), (select count(*) from outbox),
    (select count(*) from ledger), (select count(*) from idempotency)
"""


async def _referral(api: Api, welfare: Api, *decisions: dict[str, object]) -> str:
    """Make a referral that the recipient has received, and decide as told."""
    made = await api.post("/v1/referrals", referral_order(api.peer))
    referral = str(made.json()["id"])
    await settle(api, welfare)
    for decision in decisions:
        decided = await welfare.post(f"/v1/referrals/{referral}/decisions", decision)
        assert decided.status_code == 200, decided.text
    await settle(api, welfare)
    return referral


async def _counts(api: Api, referral: str) -> tuple[int, ...]:
    async with api.database.acquire() as connection:
        return tuple(await connection.fetchrow(COUNTS, referral) or ())


def decision(name: str, **more: object) -> dict[str, object]:
    return {"decision": name, **more}


ACCEPTED = decision("accepted")
STARTED = decision("started")
COMPLETED = decision("completed", outcome="service-provided")


async def test_a_referral_goes_from_requested_to_closed_and_its_case_closes(api: Api, welfare: Api) -> None:
    referral = await _referral(api, welfare, ACCEPTED, STARTED, COMPLETED)
    asked = await api.post(f"/v1/referrals/{referral}/asks", {"ask": "outcome-acknowledged"})
    assert [each["ask"] for each in asked.json()["open_asks"]] == ["outcome-acknowledged"]
    await settle(api, welfare)
    mine = (await api.http.get(f"/v1/referrals/{referral}")).json()
    theirs = (await welfare.http.get(f"/v1/referrals/{referral}")).json()
    assert (mine["state"], mine["open_asks"], mine["closed_as"]) == ("closed", [], "completed")
    assert (theirs["state"], theirs["open_asks"]) == ("closed", [])
    assert mine["case"] == theirs["case"]
    assert mine["history"][-1]["type"] == "case.closed.v1"
    case = (await welfare.http.get(f"/v1/cases/{theirs['case']}")).json()
    assert (case["state"], case["reason"]) == ("closed", "all-referrals-ended")
    assert [each["referral"] for each in case["referrals"]] == [referral]


@pytest.mark.parametrize(
    "name", ["started", "closed", "expired", "amendment-noted", "consent.erased", "cancelled"]
)
async def test_a_move_that_is_not_the_workers_now_is_refused_with_the_moves_that_are(
    api: Api, welfare: Api, name: str
) -> None:
    referral = await _referral(api, welfare)
    before = await _counts(welfare, referral)
    refused = await welfare.post(f"/v1/referrals/{referral}/decisions", decision(name))
    problem = refused.json()
    assert (refused.status_code, problem["type"]) == (409, "urn:ieum:problem:move")
    assert problem["state"] == "received"
    shown = (await welfare.http.get(f"/v1/referrals/{referral}")).json()
    assert problem["allowed"] == shown["allowed"]
    assert name not in problem["allowed"]
    assert await _counts(welfare, referral) == before


async def test_only_the_recipient_decides_and_only_the_sender_asks(api: Api, welfare: Api) -> None:
    referral = await _referral(api, welfare)
    decided = await api.post(f"/v1/referrals/{referral}/decisions", ACCEPTED)
    asked = await welfare.post(f"/v1/referrals/{referral}/asks", {"ask": "amended", "priority": "crisis"})
    for refused in (decided, asked):
        assert (refused.status_code, refused.json()["type"]) == (403, "urn:ieum:problem:owner")


async def test_an_ask_out_of_place_or_asked_twice_is_refused(api: Api, welfare: Api) -> None:
    referral = await _referral(api, welfare)
    path = f"/v1/referrals/{referral}/asks"
    early = await api.post(path, {"ask": "outcome-acknowledged"})
    assert (early.status_code, early.json()["type"]) == (409, "urn:ieum:problem:move")
    assert (await api.post(path, {"ask": "amended", "priority": "crisis"})).status_code == 200
    before = await _counts(api, referral)
    again = await api.post(path, {"ask": "amended", "priority": "urgent"})
    assert (again.status_code, again.json()["type"]) == (409, "urn:ieum:problem:ask-open")
    first = (await api.http.get(f"/v1/referrals/{referral}")).json()["open_asks"][0]
    assert (again.json()["ask"], again.json()["ask_type"]) == (first["id"], "amended")
    assert await _counts(api, referral) == before


@pytest.mark.parametrize(
    "body",
    [
        decision("declined"),
        decision("declined", reason="no-show-repeated"),
        decision("declined", reason="consent-invalid"),
        decision("declined", reason="other"),
    ],
)
async def test_a_decision_needs_a_reason_that_goes_with_it(
    api: Api, welfare: Api, body: dict[str, object]
) -> None:
    referral = await _referral(api, welfare)
    refused = await welfare.post(f"/v1/referrals/{referral}/decisions", body)
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:ieum:problem:reason")
    assert "found-work" in refused.json()["allowed"]


async def test_a_stale_version_is_refused_and_the_present_one_is_told(api: Api, welfare: Api) -> None:
    referral = await _referral(api, welfare)
    path = f"/v1/referrals/{referral}/decisions"
    present = (await welfare.http.get(f"/v1/referrals/{referral}")).headers["etag"]
    stale = await welfare.post(path, ACCEPTED, if_match='"0"')
    assert (stale.status_code, stale.json()["type"]) == (412, "urn:ieum:problem:version")
    assert stale.headers["etag"] == present
    moved = await welfare.post(path, ACCEPTED, if_match=present)
    assert moved.status_code == 200
    assert moved.headers["etag"] != present


async def test_a_changed_eligibility_reaches_the_other_agency(api: Api, welfare: Api) -> None:
    referral = await _referral(api, welfare)
    change = {
        "programme": "livelihood",
        "old": "likely",
        "new": "granted",
        "effective_on": "2026-08-01",
    }
    told = await welfare.post(f"/v1/referrals/{referral}/eligibility-changes", change)
    assert told.status_code == 200
    await settle(api, welfare)
    history = (await api.http.get(f"/v1/referrals/{referral}")).json()["history"]
    assert history[-1]["type"] == "eligibility.changed.v1"
    assert history[-1]["data"]["new"] == "granted"


async def test_a_withdrawal_clears_the_details_at_the_recipient(api: Api, welfare: Api) -> None:
    referral = await _referral(api, welfare, ACCEPTED)
    await api.post(f"/v1/referrals/{referral}/asks", {"ask": "consent.withdrawn"})
    await settle(api, welfare)
    found = await welfare.http.get(f"/v1/referrals/{referral}")
    assert found.json()["state"] == "withdrawn"
    assert "sealed" not in found.json()["requested"]
    assert not any(mark in found.text for mark in MARKS)
    assert (await api.http.get(f"/v1/referrals/{referral}")).json()["state"] == "withdrawn"


async def test_a_case_is_closed_by_hand_and_followed_up(api: Api, welfare: Api) -> None:
    referral = await _referral(api, welfare, decision("accepted", keep_case_open=True), STARTED, COMPLETED)
    case = (await welfare.http.get(f"/v1/referrals/{referral}")).json()["case"]
    closing: dict[str, Any] = {"reason": "goals-met"}
    early = await welfare.post(f"/v1/cases/{case}/follow-ups", {"found": "goal-kept"})
    assert (early.status_code, early.json()["type"]) == (409, "urn:ieum:problem:case")
    version = (await welfare.http.get(f"/v1/cases/{case}")).headers["etag"]
    assert (await welfare.post(f"/v1/cases/{case}/close", closing, if_match='"0"')).status_code == 412
    closed = await welfare.post(f"/v1/cases/{case}/close", closing, if_match=version)
    assert (closed.status_code, closed.json()["state"]) == (200, "closed")
    assert (await welfare.post(f"/v1/cases/{case}/close", closing)).status_code == 409
    assert (await welfare.post(f"/v1/cases/{case}/follow-ups", {"found": "goal-kept"})).status_code == 200
    await settle(api, welfare)
    types = [each["type"] for each in (await api.http.get(f"/v1/referrals/{referral}")).json()["history"]]
    assert types[-2:] == ["case.closed.v1", "case.followed-up.v1"]
    listed = (await welfare.http.get("/v1/cases", params={"state": "closed", "limit": 200})).json()["cases"]
    assert case in {each["id"] for each in listed}
