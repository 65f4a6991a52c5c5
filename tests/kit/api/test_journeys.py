"""A journey is seen at every agency that takes part: its own part in full, of the rest what it can know."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from ieum_contracts.address import Address
from ieum_contracts.codes import State
from ieum_contracts.referral import ReferralRequested, Visit
from tests.kit.api.agency_api import Api, settle
from tests.kit.api.foreign import Foreign
from tests.kit.api.referring import MARKS, referral_order

pytestmark = pytest.mark.stack
PLAN = {"goals": [{"goal": "income-secured", "owner": "city-welfare-team", "review_on": "2030-10-01"}]}


async def _journey(at: Api, journey: str) -> dict[str, Any]:
    answer = await at.http.get(f"/v1/journeys/{journey}")
    assert answer.status_code == 200, answer.text
    assert not any(mark in answer.text for mark in MARKS)
    found: dict[str, Any] = answer.json()
    return found


async def test_both_sides_see_the_journey_and_its_lead(api: Api, welfare: Api) -> None:
    order = referral_order(api.peer, programme="case-management", goals=["income-secured"])
    made = (await api.post("/v1/referrals", order)).json()
    await settle(api, welfare)
    path = f"/v1/journeys/{made['journey']}"
    assert "lead" not in await _journey(api, made["journey"])
    early = await welfare.post(f"{path}/plan", PLAN)
    assert (early.status_code, early.json()["reason"]) == (403, "planned-by-lead-agency")
    await welfare.post(f"/v1/referrals/{made['id']}/decisions", {"decision": "accepted"})
    await settle(api, welfare)
    for each in (api, welfare):
        journey = await _journey(each, made["journey"])
        assert [referral["id"] for referral in journey["referrals"]] == [made["id"]]
        assert [clock["clock"] for clock in journey["referrals"][0]["clocks"]] == ["progress"]
        assert journey["lead"] == str(welfare.me)
        assert journey["goals"][0]["cited_by"] == [{"referral": made["id"], "state": "accepted"}]
    planned = await welfare.post(f"{path}/plan", PLAN, key="plan-key-00001")
    assert planned.status_code == 200, planned.text
    goal = (await _journey(welfare, made["journey"]))["goals"][0]
    assert (goal["owner"], goal["review_on"]) == ("city-welfare-team", "2030-10-01")
    assert len((await _journey(welfare, made["journey"]))["cases"]) == 1
    assert "owner" not in (await _journey(api, made["journey"]))["goals"][0]
    assert (await api.post(f"{path}/plan", PLAN)).status_code == 403
    late = {"goals": [PLAN["goals"][0] | {"review_on": "2088-01-01"}]}
    assert (await welfare.post(f"{path}/plan", late)).json()["type"] == "urn:ieum:problem:validation"
    emptied = await welfare.post(f"{path}/plan", {"goals": []})
    assert "owner" not in emptied.json()["goals"][0]


async def test_a_plan_that_somebody_else_has_set_meanwhile_is_not_overwritten(api: Api, welfare: Api) -> None:
    made = (await api.post("/v1/referrals", referral_order(api.peer, programme="case-management"))).json()
    await settle(api, welfare)
    await welfare.post(f"/v1/referrals/{made['id']}/decisions", {"decision": "accepted"})
    path = f"/v1/journeys/{made['journey']}"
    seen = (await welfare.http.get(path)).headers["etag"]
    first = await welfare.post(f"{path}/plan", PLAN, if_match=seen)
    assert first.status_code == 200, first.text
    second = await welfare.post(f"{path}/plan", {"goals": []}, if_match=seen)
    assert (second.status_code, second.json()["type"]) == (412, "urn:ieum:problem:version")
    assert second.headers["etag"] == first.headers["etag"] == (await welfare.http.get(path)).headers["etag"]
    assert (await _journey(welfare, made["journey"]))["goals"][0]["owner"] == "city-welfare-team"
    both = await asyncio.gather(*(welfare.post(f"{path}/plan", PLAN) for _ in range(8)))
    assert [answer.status_code for answer in both] == [200] * 8, "without If-Match the last one counts"
    assert {answer.json()["plan_version"] for answer in both} == {*range(2, 10)}


async def test_stops_of_others_are_known_from_the_path_with_their_state_then(api: Api, welfare: Api) -> None:
    """The veterans' desk referred to finance first, which declined; the employment center was in neither."""
    order = referral_order(welfare.peer, programme="training-card")
    fields = {name: value for name, value in order.items() if name not in {"recipient", "client_ref"}}
    first = datetime(2026, 7, 1, tzinfo=UTC)
    visit = Visit(
        agency="/yangju/microfinance-center", programme="smile-microcredit", at=first, state=State.DECLINED
    )
    body = ReferralRequested.model_validate({**fields, "path": [visit]})
    journey, key = uuid4(), uuid4()
    stranger = Foreign(Address(api.me.centre, "veterans-center"), api)
    async with api.database.acquire() as connection:
        await api.api_context.delivery.peers.know(connection, [stranger.me])
    await stranger.say(key, body, journey=journey)
    seen = await _journey(api, str(journey))
    assert [each["peer"] for each in seen["referrals"]] == [str(stranger.me)]
    (stop,) = seen["elsewhere"]
    assert (stop["agency"], stop["programme"], stop["state"]) == (
        "/yangju/microfinance-center",
        "smile-microcredit",
        "declined",
    )
    assert (await welfare.http.get(f"/v1/journeys/{journey}")).status_code == 404
