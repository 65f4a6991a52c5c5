"""What another agency tells of a client's eligibility is something to do here, until a worker has done it."""

from typing import Any

import pytest

from tests.kit.api.agency_api import Api, settle
from tests.kit.api.referring import MARKS, referral_order

pytestmark = pytest.mark.stack
GRANTED = {"programme": "livelihood", "old": "likely", "new": "granted", "effective_on": "2026-08-01"}


async def _referral(api: Api, welfare: Api, *decisions: dict[str, object]) -> dict[str, Any]:
    made = await api.post("/v1/referrals", referral_order(api.peer, programme="livelihood"))
    referral: dict[str, Any] = made.json()
    await settle(api, welfare)
    for decision in decisions:
        decided = await welfare.post(f"/v1/referrals/{referral['id']}/decisions", decision)
        assert decided.status_code == 200, decided.text
    await settle(api, welfare)
    return referral


async def _to_do(at: Api, referral: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await at.http.get(f"/v1/referrals/{referral}")).json()["to_do"]
    return found


async def test_a_change_is_told_with_its_conflicts_and_done_once(api: Api, welfare: Api) -> None:
    referral = await _referral(api, welfare)
    path = f"/v1/referrals/{referral['id']}"
    for _ in range(2):  # said twice, it is one change
        assert (await welfare.post(f"{path}/eligibility-changes", GRANTED)).status_code == 200
        await settle(api, welfare)
    assert await _to_do(welfare, referral["id"]) == []
    (to_do,) = await _to_do(api, referral["id"])
    assert (to_do["told_by"], to_do["done"], to_do["programme"]) == (str(welfare.me), False, "livelihood")
    assert {each["programme"] for each in to_do["conflicts"]} == {
        "employment-support-1",
        "employment-support-1-selective",
    }
    done = f"{path}/to-dos/{to_do['id']}/done"
    assert (await api.post(done, {"result": "acted"}, if_match='"0"')).status_code == 412
    finished = await api.post(done, {"result": "acted"}, key="to-do-key-0001")
    assert (finished.status_code, finished.json()["done"], finished.json()["result"]) == (200, True, "acted")
    again = await api.post(done, {"result": "acted"}, key="to-do-key-0001")
    assert again.headers["idempotent-replayed"] == "true"
    refused = await api.post(done, {"result": "acted"})
    assert (refused.status_code, refused.json()["reason"]) == (409, "done-already")
    assert finished.headers["etag"] == (await api.http.get(path)).headers["etag"]


async def test_the_list_is_filtered_and_paged(api: Api, welfare: Api) -> None:
    journeys = []
    for _ in range(3):
        referral = await _referral(api, welfare)
        journeys.append(referral["journey"])
        await welfare.post(f"/v1/referrals/{referral['id']}/eligibility-changes", GRANTED)
    await settle(api, welfare)

    async def listed(**params: str) -> dict[str, Any]:
        answer = await api.http.get("/v1/to-dos", params=params)
        assert answer.status_code == 200, answer.text
        assert not any(mark in answer.text for mark in MARKS)
        found: dict[str, Any] = answer.json()
        return found

    first = await listed(limit="2", done="false")
    second = await listed(limit="2", done="false", cursor=first["next"])
    shown = [each["journey"] for each in (*first["to_dos"], *second["to_dos"])]
    assert shown[:3] == journeys[::-1]
    assert len((await listed(journey=journeys[0]))["to_dos"]) == 1
    assert (await listed(journey=journeys[0], done="true"))["to_dos"] == []
    assert (await listed(journey=journeys[0], programme="medical"))["to_dos"] == []
    assert (await api.http.get("/v1/to-dos", params={"cursor": "nonsense"})).status_code == 400


async def test_a_granted_benefit_is_told_by_itself(api: Api, welfare: Api) -> None:
    referral = await _referral(
        api,
        welfare,
        {"decision": "accepted"},
        {"decision": "completed", "outcome": "benefit-granted"},
    )
    (to_do,) = await _to_do(api, referral["id"])
    assert (to_do["programme"], to_do["new"]) == ("livelihood", "granted")
    history = (await api.http.get(f"/v1/referrals/{referral['id']}")).json()["history"]
    completed = next(each for each in history if each["type"] == "referral.completed.v1")
    assert (to_do["id"], to_do["told_by"]) == (completed["id"], str(welfare.me))


async def test_what_was_told_of_an_erased_client_is_gone(api: Api, welfare: Api) -> None:
    referral = await _referral(api, welfare)
    path = f"/v1/referrals/{referral['id']}"
    await api.post(f"{path}/eligibility-changes", GRANTED | {"programme": "job-seeking-benefit"})
    await settle(api, welfare)
    assert len(await _to_do(welfare, referral["id"])) == 1
    await api.post(f"{path}/asks", {"ask": "consent.withdrawn"})
    await settle(api, welfare)
    assert await _to_do(welfare, referral["id"]) == []
