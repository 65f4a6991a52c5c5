"""An adverse decision that rests on an assessment needs a person's confirmation, which the sender sees."""

from typing import Any
from uuid import UUID

import pytest

from ieum_contracts.codes import Reason
from ieum_contracts.decisions import ReferralDeclined, ReferralReceived
from tests.kit.api.agency_api import Api, settle
from tests.kit.api.foreign import Foreign, lose
from tests.kit.api.inquiring import facts
from tests.kit.api.referring import referral_order

pytestmark = pytest.mark.stack
RICH = facts(household_size=4, recognised_income_monthly=9_000_000)
POOR = facts(household_size=4, recognised_income_monthly=500_000)
DECLINE = {"decision": "declined", "reason": "not-eligible"}
CONFIRM = {"finding": "not-eligible", "ground": "facts-verified", "by": "WT-07"}
NOTE = {"sealed": {"note": "소득 자료를 확인함."}}


async def _referred(api: Api, welfare: Api, circumstances: object, programme: str = "livelihood") -> str:
    order = referral_order(welfare.me, programme=programme)
    order["sealed"]["circumstances"] = circumstances
    made = await api.post("/v1/referrals", order)
    await settle(api, welfare)
    return str(made.headers["location"])


async def _refused(api: Api, path: str, body: object, reason: str) -> dict[str, Any]:
    answer = await api.post(path, body)
    found: dict[str, Any] = answer.json()
    assert (answer.status_code, found["type"]) == (422, "urn:ieum:problem:confirmation"), answer.text
    assert found["reason"] == reason
    return found


async def _shown(api: Api, path: str) -> dict[str, Any]:
    found: dict[str, Any] = (await api.http.get(path)).json()
    return found


async def test_a_decision_that_brings_its_confirmation_is_taken_and_the_sender_sees_both(
    api: Api, welfare: Api
) -> None:
    path = await _referred(api, welfare, RICH)
    await _refused(welfare, f"{path}/decisions", DECLINE, "confirmation-missing")
    assert (await _shown(welfare, path))["state"] == "received"
    done = await welfare.post(f"{path}/decisions", {**DECLINE, "confirmation": {**CONFIRM, **NOTE}})
    assert done.status_code == 200, done.text
    await settle(welfare, api)
    for one, by in ((api, None), (welfare, "WT-07")):
        shown = await _shown(one, path)
        found = shown["confirmation"]
        assert (shown["state"], found["finding"], found["ground"]) == (
            "declined",
            "not-eligible",
            "facts-verified",
        )
        assert (found["assessed"], found["of_present"], found.get("by")) == ("unlikely", True, by)
        types = [each["type"] for each in shown["history"]]
        assert types.index("eligibility.confirmed.v1") < types.index("referral.declined.v1")
    said = next(
        each["data"]
        for each in (await _shown(api, path))["history"]
        if each["type"] == "eligibility.confirmed.v1"
    )
    assert said["sealed"] == NOTE["sealed"]
    assert "WT-07" not in str(said)


async def test_a_confirmation_counts_for_the_assessment_that_was_looked_at_and_no_other(
    api: Api, welfare: Api
) -> None:
    earning = facts(household_size=4, household_income_monthly=9_000_000)
    path = await _referred(api, welfare, earning, "emergency-relief")
    confirmed = await welfare.post(f"{path}/confirmations", CONFIRM)
    assert confirmed.status_code == 200, confirmed.text
    poorer = {"circumstances": facts(crisis_cause="income-lost")}
    amended = await api.post(f"{path}/asks", {"ask": "amended", "sealed": poorer})
    assert amended.status_code == 200, amended.text
    await settle(api, welfare)
    assert (await _shown(welfare, path))["confirmation"]["of_present"] is False
    await _refused(welfare, f"{path}/decisions", DECLINE, "confirmation-missing")
    again = await welfare.post(f"{path}/confirmations", {**CONFIRM, "finding": "eligible"})
    assert again.status_code == 200, again.text
    await _refused(welfare, f"{path}/decisions", DECLINE, "found-eligible")
    third = await welfare.post(f"{path}/confirmations", CONFIRM)
    assert third.status_code == 200, third.text
    assert (await welfare.post(f"{path}/decisions", DECLINE)).status_code == 200
    await settle(api, welfare)
    assert (await _shown(api, path))["state"] == "declined"


async def test_what_was_begun_and_fails_for_the_same_reason_needs_it_too(api: Api, welfare: Api) -> None:
    path = await _referred(api, welfare, RICH)
    assert (await welfare.post(f"{path}/decisions", {"decision": "accepted"})).status_code == 200
    fail = {"decision": "failed", "reason": "not-eligible"}
    await _refused(welfare, f"{path}/decisions", fail, "confirmation-missing")
    done = await welfare.post(f"{path}/decisions", {**fail, "confirmation": CONFIRM})
    assert done.status_code == 200, done.text
    await settle(api, welfare)


@pytest.mark.parametrize(("circumstances", "reason"), [(POOR, "not-eligible"), (None, "not-eligible")])
async def test_where_no_assessment_says_unlikely_a_decision_is_taken_as_before(
    api: Api, welfare: Api, circumstances: object, reason: str
) -> None:
    path = await _referred(api, welfare, circumstances or {})
    done = await welfare.post(f"{path}/decisions", {"decision": "declined", "reason": reason})
    assert done.status_code == 200, done.text
    brought = {"decision": "declined", "reason": reason, "confirmation": CONFIRM}
    again = await welfare.post(f"{await _referred(api, welfare, POOR)}/decisions", brought)
    assert again.status_code == 200, again.text
    other = await _referred(api, welfare, RICH)
    done = await welfare.post(f"{other}/decisions", {"decision": "declined", "reason": "no-capacity"})
    assert done.status_code == 200, done.text
    await settle(api, welfare)


async def test_who_may_confirm_what(api: Api, welfare: Api) -> None:
    path = await _referred(api, welfare, RICH)
    by_sender = await api.post(f"{path}/confirmations", CONFIRM)
    assert (by_sender.status_code, by_sender.json()["type"]) == (403, "urn:ieum:problem:owner")
    await _refused(welfare, f"{path}/confirmations", {**CONFIRM, "ground": "other"}, "note-missing")
    asked = await api.post(f"{path}/asks", {"ask": "consent.withdrawn"})
    assert asked.status_code == 200
    await settle(api, welfare)
    late = await welfare.post(f"{path}/confirmations", CONFIRM)
    assert (late.status_code, late.json()["reason"]) == (409, "consent-withdrawn")


async def test_a_foreign_agencys_decision_without_a_confirmation_is_legal_on_the_wire(
    api: Api, welfare: Api
) -> None:
    order = referral_order(welfare.me, programme="livelihood")
    order["sealed"]["circumstances"] = RICH
    made = (await api.post("/v1/referrals", order)).json()
    referral, journey = UUID(made["id"]), UUID(made["journey"])
    await lose(api, welfare.me, referral)
    foreign = Foreign(welfare.me, api)
    for body in (ReferralReceived(), ReferralDeclined(reason=Reason.NOT_ELIGIBLE)):
        await foreign.say(referral, body, journey=journey)
    shown = await _shown(api, f"/v1/referrals/{made['id']}")
    assert (shown["state"], "confirmation" in shown) == ("declined", False)
