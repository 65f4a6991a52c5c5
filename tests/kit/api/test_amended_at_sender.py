"""What a sender amended or supplied counts for itself as well, once it is settled, as for its clock."""

from typing import Any

import pytest
from pydantic_core import from_json

from ieum.storage.referral_rows import read_referrals
from tests.kit.api.agency_api import Api, settle
from tests.kit.api.referring import referral_order

pytestmark = pytest.mark.stack
CONTACT = {"phone": "010-0000-9999", "safe_to_call": False}
DECISION_DUE = "select due_at - since as left from clock where referral = $1 and clock = 'decision'"


async def _referred(api: Api, welfare: Api) -> str:
    order = referral_order(api.peer, priority="routine", priority_cause=None)
    made = await api.post("/v1/referrals", order)
    assert made.status_code == 201, made.text
    await settle(api, welfare)
    return str(made.json()["id"])


async def _own(api: Api, referral: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the coded and the personal part as the sender has them."""
    async with api.database.acquire() as connection:
        [found] = await read_referrals(connection, api.api_context.delivery.peers, [referral])  # type: ignore[list-item]
    assert found.sealed is not None
    return from_json(found.asked), from_json(found.sealed)


async def test_an_amendment_counts_at_its_sender_from_when_it_is_noted(api: Api, welfare: Api) -> None:
    referral = await _referred(api, welfare)
    asks = f"/v1/referrals/{referral}/asks"
    amended = {"ask": "amended", "priority": "crisis", "priority_cause": "no-means-today"}
    answer = await api.post(asks, {**amended, "sealed": {"contact": CONTACT}})
    assert answer.status_code == 200, answer.text
    assert (await _own(api, referral))[0]["priority"] == "routine", "it is not settled yet"
    await settle(api, welfare)
    asked, sealed = await _own(api, referral)
    assert (asked["priority"], asked["priority_cause"]) == ("crisis", "no-means-today")
    assert sealed["contact"] == CONTACT
    async with api.database.acquire() as connection:
        left = await connection.fetchval(DECISION_DUE, referral)
    assert left.total_seconds() <= 4 * 3600


async def test_what_was_supplied_counts_and_what_was_rejected_does_not(api: Api, welfare: Api) -> None:
    referral = await _referred(api, welfare)
    path = f"/v1/referrals/{referral}"
    question = {"decision": "info-requested", "questions": ["contact-details"]}
    asked = await welfare.post(f"{path}/decisions", question)
    assert asked.status_code == 200, asked.text
    await settle(api, welfare)
    facts = {"arrears_days": {"value": 40, "source": "documented"}}
    supplied = await api.post(f"{path}/asks", {"ask": "info-supplied", "sealed": {"circumstances": facts}})
    assert supplied.status_code == 200, supplied.text
    await settle(api, welfare)
    assert (await _own(api, referral))[1]["circumstances"]["arrears_days"] == facts["arrears_days"]

    await welfare.post(f"{path}/decisions", {"decision": "declined", "reason": "no-capacity"})
    late = await api.post(f"{path}/asks", {"ask": "amended", "sealed": {"contact": CONTACT}})
    await settle(api, welfare)
    assert late.status_code == 200, late.text
    assert (await _own(api, referral))[1].get("contact") != CONTACT
