"""After a day nothing is left of an inquiry that no referral cites, at either end, not even in the ledger."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from ieum.storage.inquiry_erasure import FORGOTTEN_AFTER, expire_inquiries
from ieum_contracts.inquiry import EligibilityRequested, InquiredFacts
from tests.kit.api.agency_api import Api, carry, settle
from tests.kit.api.foreign import Foreign
from tests.kit.api.inquiring import answered, bodies, facts, inquire
from tests.kit.api.referring import referral_order

pytestmark = [pytest.mark.stack, pytest.mark.usefixtures("forget_troubles")]
POOR = facts(household_size=4, recognised_income_monthly=500_000)
AGE = "update inquiry set at = at - $2::interval, asked_at = asked_at - $2::interval where id = $1"
ROWS = "select count(*) from inquiry where id = $1"
FATES = "select fate, reason, body from ledger where key = $1 and not said order by sequence"
JUST_OVER, JUST_UNDER = timedelta(hours=24, minutes=1), timedelta(hours=23, minutes=59)


async def _pass(inquiry: str, passed: timedelta, *apis: Api) -> None:
    """Let time pass for one inquiry, and do what is due then."""
    for api in apis:
        async with api.database.acquire() as connection:
            await connection.execute(AGE, UUID(inquiry), passed)
            await expire_inquiries(connection, api.api_context.delivery.peers)


async def _state(api: Api, group: str) -> str:
    (found,) = (await api.http.get(f"/v1/inquiries/{group}")).json()["inquiries"]
    assert ("assessed" in found) == (found["state"] == "answered")
    return str(found["state"])


async def test_an_inquiry_is_destroyed_after_a_day_at_both_ends(api: Api, welfare: Api) -> None:
    found = await answered(api, welfare, POOR, programmes=["livelihood"])
    (answer,) = found["inquiries"]
    await _pass(answer["id"], JUST_UNDER, api, welfare)
    assert [await bodies(each, answer["id"]) for each in (api, welfare)] == [2, 2]
    assert await _state(api, found["id"]) == "answered"
    await _pass(answer["id"], JUST_OVER - JUST_UNDER, api, welfare)
    assert [await bodies(each, answer["id"]) for each in (api, welfare)] == [0, 0]
    assert await _state(api, found["id"]) == "erased"
    order = referral_order(welfare.me, programme="livelihood")
    cited = {"event": answer["event"], "inquiry": answer["id"]}
    refused = await api.post("/v1/referrals", {**order, "assessment": cited})
    assert (refused.status_code, refused.json()["reason"]) == (422, "inquiry-expired")
    await _pass(answer["id"], FORGOTTEN_AFTER, api, welfare)
    assert (await api.http.get(f"/v1/inquiries/{found['id']}")).status_code == 404
    async with welfare.database.acquire() as connection:
        assert await connection.fetchval(ROWS, UUID(answer["id"])) == 0


async def test_what_a_referral_cites_is_kept_until_its_details_are_erased(api: Api, welfare: Api) -> None:
    (answer,) = (await answered(api, welfare, POOR, programmes=["livelihood"]))["inquiries"]
    path = await _cite(api, welfare, answer["id"], answer["event"])
    await _pass(answer["id"], JUST_OVER, api, welfare)
    assert [await bodies(each, answer["id"]) for each in (api, welfare)] == [2, 2]
    for one in (api, welfare):
        assert (await one.http.get(path)).json()["assessment_differs"]["held"]
    asked = await api.post(f"{path}/asks", {"ask": "consent.withdrawn"})
    assert asked.status_code == 200, asked.text
    await settle(api, welfare)
    assert await bodies(welfare, answer["id"]) == 0
    assert (await welfare.http.get(path)).json()["assessment_differs"]["held"] is False


async def test_a_recipient_that_has_destroyed_it_takes_the_referral_all_the_same(
    api: Api, welfare: Api
) -> None:
    (answer,) = (await answered(api, welfare, POOR, programmes=["livelihood"]))["inquiries"]
    await _pass(answer["id"], JUST_OVER, welfare)
    path = await _cite(api, welfare, answer["id"], answer["event"])
    found = (await welfare.http.get(path)).json()
    assert (found["state"], found["assessment_differs"]["held"]) == ("received", False)
    assert (await api.http.get(path)).json()["assessment_differs"]["held"]


async def test_an_answer_that_comes_after_the_day_is_refused_and_not_kept(api: Api, welfare: Api) -> None:
    found = await inquire(api, POOR, programmes=["livelihood"])
    (asked,) = found["inquiries"]
    await carry(api, welfare)
    await _pass(asked["id"], JUST_OVER, api)
    await settle(api, welfare)
    assert await _state(api, found["id"]) == "erased"
    async with api.database.acquire() as connection:
        (row,) = await connection.fetch(FATES, UUID(asked["id"]))
    assert (row["fate"], row["reason"], row["body"]) == ("refused", "inquiry-expired", None)


async def test_what_arrives_wrong_or_late_is_refused_and_not_kept(welfare: Api) -> None:
    body = EligibilityRequested(programmes=("livelihood",), sealed=InquiredFacts())
    unknown = body.model_copy(update={"programmes": ("no-such-programme",)})
    now = welfare.api_context.delivery.clock()
    late = now - timedelta(hours=25)
    foreign = Foreign(welfare.peer, welfare)
    for says, reasons in (
        ([(body, now), (body, now)], [None, "inquiry-known"]),
        ([(body, late)], ["inquiry-expired"]),
        ([(unknown, now), (body, now)], ["programme-not-offered", None]),
    ):
        key = uuid4()
        for said, at in says:
            await foreign.say(key, said, at=at)
        async with welfare.database.acquire() as connection:
            rows = await connection.fetch(FATES, key)
        assert [row["reason"] for row in rows] == reasons
        assert [row["body"] is None for row in rows] == [reason is not None for reason in reasons]


async def _cite(api: Api, welfare: Api, inquiry: str, event: str) -> str:
    order = referral_order(
        welfare.me, programme="livelihood", assessment={"event": event, "inquiry": inquiry}
    )
    order["sealed"]["circumstances"] = POOR
    made = await api.post("/v1/referrals", order)
    assert made.status_code == 201, made.text
    await settle(api, welfare)
    return str(made.headers["location"])
