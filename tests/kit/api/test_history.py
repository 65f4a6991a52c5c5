"""A long history is read from its newest event back to its oldest, and no event is passed over."""

from typing import Any

import pytest

from ieum.api.http.responses import write_cursor
from tests.kit.api.agency_api import Api, client_of, limited, settle
from tests.kit.api.referring import referral_order
from tests.kit.api.test_feed import _number

pytestmark = pytest.mark.stack
SHOWN = 30
ACCEPTED = {"decision": "accepted", "contact_by": "2030-07-03T09:00:00Z"}
ENDED = {
    "decision": "completed",
    "outcome": "service-provided",
    "goals": [{"goal": "income-secured", "met": True}],
}


async def _decide(welfare: Api, referral: str, decision: dict[str, Any]) -> None:
    answer = await welfare.post(f"/v1/referrals/{referral}/decisions", decision)
    assert answer.status_code == 200, answer.text


async def test_the_newest_events_are_shown_and_the_older_ones_are_pages_away(api: Api, welfare: Api) -> None:
    referral = (await api.post("/v1/referrals", referral_order(api.peer))).json()["id"]
    await settle(api, welfare)
    await _decide(welfare, referral, ACCEPTED)
    for _ in range(SHOWN + 20):
        await _decide(welfare, referral, {"decision": "progressed", "sub_status": "contacted"})
    await _number(welfare)
    await _decide(welfare, referral, ENDED)

    async with client_of(limited(welfare, history=SHOWN), welfare.headers) as http:
        shown = (await http.get(f"/v1/referrals/{referral}")).json()
    assert len(shown["history"]) == SHOWN
    assert shown["history"][-1]["type"] == "referral.completed.v1"
    seen, older = shown["history"], shown["older"]
    while older is not None:
        await _number(welfare)
        query = {"before": older, "limit": 7}
        page = (await welfare.http.get(f"/v1/referrals/{referral}/events", params=query)).json()
        assert 0 < len(page["events"]) <= 7
        seen, older = page["events"] + seen, page.get("older")
    assert len({each["id"] for each in seen}) == len(seen)
    types = [each["type"].removeprefix("referral.").removesuffix(".v1") for each in seen]
    assert types.count("progressed") == SHOWN + 20
    assert types[: types.index("progressed")] == ["requested", "received", "accepted"]
    assert seen == await _all(welfare, referral)


async def _all(welfare: Api, referral: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    query: dict[str, Any] = {"limit": 200}
    while True:
        page = (await welfare.http.get(f"/v1/referrals/{referral}/events", params=query)).json()
        found = page["events"] + found
        if "older" not in page:
            return found
        query["before"] = page["older"]


async def test_a_short_history_has_nothing_older(api: Api) -> None:
    referral = (await api.post("/v1/referrals", referral_order(api.peer))).json()["id"]
    shown = (await api.http.get(f"/v1/referrals/{referral}")).json()
    assert "older" not in shown
    page = (await api.http.get(f"/v1/referrals/{referral}/events")).json()
    assert page == {"events": shown["history"]}
    assert [each["type"] for each in page["events"]] == ["referral.requested.v1"]


@pytest.mark.parametrize("before", ["x", "", write_cursor(1), write_cursor("a", 1), write_cursor(-1, 1)])
async def test_a_place_that_is_none_is_refused(api: Api, before: str) -> None:
    referral = (await api.post("/v1/referrals", referral_order(api.peer))).json()["id"]
    refused = await api.http.get(f"/v1/referrals/{referral}/events", params={"before": before})
    assert refused.status_code == 400
    assert [each["field"] for each in refused.json()["errors"]] == ["before"]


async def test_the_history_of_nothing_is_not_found(api: Api) -> None:
    missing = "/v1/referrals/0197a2c4-5d11-7c62-9d0a-6a1f0c8e2b01/events"
    assert (await api.http.get(missing)).status_code == 404
