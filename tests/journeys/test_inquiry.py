"""A desk asks before it refers, without a name, and one of those who are asked is down.

A worker at the city's welfare team asks all five other agencies at once what somebody may be eligible
for. The employment centre's process has been killed; the others answer at once, and the stream shows them
as they come, and since when the last one is waited for. It is started again, and answers once. The worker
cites its answer in a referral with another fact; both desks see what differs, and a person has to confirm
before the referral is declined for it.
"""

import asyncio
import copy
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from pydantic_core import from_json

from ieum.api.docs.examples import REFERRALS
from tests.journeys.living import Living

pytestmark = pytest.mark.stack
SECONDS_MAX = 90.0
WELFARE, EMPLOYMENT = "city-welfare-team", "employment-center"
PROGRAMME = "training-card"
FACTS = {
    "birth_date": {"value": "1990-05-20", "source": "documented"},
    "employment_status": {"value": "unemployed", "source": "stated"},
    "student": {"value": False, "source": "stated"},
}
CONFIRMED = {"finding": "not-eligible", "ground": "facts-verified", "by": "EC-1"}


async def test_a_desk_asks_five_agencies_cites_an_answer_and_a_person_confirms(living: Living) -> None:
    service = living.services[EMPLOYMENT]
    await asyncio.to_thread(service.kill)
    async with _desk(living, WELFARE) as welfare, _desk(living, EMPLOYMENT) as employment:
        made = await _posted(welfare, "/v1/inquiries", {"sealed": {"circumstances": FACTS}})
        assert len(made["inquiries"]) == made["waiting"] == 5
        async with asyncio.timeout(SECONDS_MAX):
            answers = _answers(welfare, made["id"])
            early = [await anext(answers) for _ in range(4)]
            assert EMPLOYMENT not in {each["recipient"] for each in early}
            shown = (await welfare.get(f"/v1/inquiries/{made['id']}")).json()
            assert [each["recipient"] for each in shown["inquiries"] if each["state"] == "waiting"] == [
                EMPLOYMENT
            ]
            await asyncio.to_thread(service.start)
            late = await anext(answers)
        assert (late["recipient"], late["state"]) == (EMPLOYMENT, "answered")
        referral = await _posted(welfare, "/v1/referrals", _order(living, late))
        path = f"/v1/referrals/{referral['id']}"
        for desk in (welfare, employment):
            shown = await _until(desk, path, "assessment_differs", "held")
            differs = shown["assessment_differs"]
            assert differs["differs"]
            assert differs["present"]["likelihood"] == "unlikely"
            assert differs["rules"]
        decision = {"decision": "declined", "reason": "not-eligible"}
        refused = await employment.post(f"{path}/decisions", json=decision, headers=_key())
        assert (refused.status_code, refused.json()["reason"]) == (422, "confirmation-missing")
        await _posted(employment, f"{path}/decisions", {**decision, "confirmation": CONFIRMED}, 200)
        shown = await _until(welfare, path, "confirmation", "finding")
        assert shown["confirmation"]["finding"] == "not-eligible"
    assert (await living.accounts()).sentences == []


def _desk(living: Living, agency: str) -> httpx.AsyncClient:
    url, headers = living.services[agency].url, living.under_test.header(agency)
    return httpx.AsyncClient(base_url=url, headers=headers, timeout=SECONDS_MAX, trust_env=False)


def _key() -> dict[str, str]:
    return {"idempotency-key": str(uuid4())}


async def _posted(desk: httpx.AsyncClient, path: str, body: object, status: int = 201) -> dict[str, Any]:
    answer = await desk.post(path, json=body, headers=_key())
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def _answers(desk: httpx.AsyncClient, group: str) -> AsyncIterator[dict[str, Any]]:
    """Follow the answers to a group of inquiries; come again where the stream ended."""
    headers, name = {"accept": "text/event-stream"}, ""
    while True:
        async with desk.stream("GET", f"/v1/inquiries/{group}", headers=headers) as response:
            async for line in response.aiter_lines():
                field, _, value = line.partition(": ")
                if field == "event":
                    name = value
                elif field == "id":
                    headers["last-event-id"] = value
                elif field == "data" and name == "answer":
                    yield from_json(value)


async def _until(desk: httpx.AsyncClient, path: str, member: str, part: str) -> dict[str, Any]:
    """Read a referral until a member of it has a part."""
    async with asyncio.timeout(SECONDS_MAX):
        while True:
            found: dict[str, Any] = (await desk.get(path)).json()
            if found.get(member, {}).get(part):
                return found
            await asyncio.sleep(0.1)


def _order(living: Living, answer: dict[str, Any]) -> dict[str, Any]:
    """Write a referral that cites an answer, of somebody older than the inquiry said."""
    order: dict[str, Any] = copy.deepcopy(dict(REFERRALS["person"]))
    cited = {"event": answer["event"], "inquiry": answer["id"]}
    order |= {"recipient": EMPLOYMENT, "programme": PROGRAMME, "client_ref": f"T-{uuid4().hex[:12]}"}
    order |= {"assessment": cited}
    order["sealed"]["consent"] |= {
        "purpose": PROGRAMME,
        "recipient": f"/{living.under_test.id}/{EMPLOYMENT}",
    }
    order["sealed"]["circumstances"] = FACTS | {"birth_date": {"value": "1940-05-20", "source": "verified"}}
    return order
