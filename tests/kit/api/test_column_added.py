"""A migration adds a column under a running instance: the same calls go on, at the latest when repeated."""

import pytest

from tests.kit.api.agency_api import Api, settle
from tests.kit.api.referring import referral_order

pytestmark = pytest.mark.stack

ADD = (
    "alter table referral add column added_later integer",
    "alter table case_file add column added_later integer",
    "alter table ledger add column added_later integer",
    "alter table feed add column added_later integer",
    "alter table stream add column added_later integer",
    "alter table clock add column added_later integer",
    "alter table inquiry add column added_later integer",
    "alter table eligibility_change add column added_later integer",
    "alter table parked add column added_later integer",
)
DROP = (
    "alter table referral drop column added_later",
    "alter table case_file drop column added_later",
    "alter table ledger drop column added_later",
    "alter table feed drop column added_later",
    "alter table stream drop column added_later",
    "alter table clock drop column added_later",
    "alter table inquiry drop column added_later",
    "alter table eligibility_change drop column added_later",
    "alter table parked drop column added_later",
)


async def test_a_column_more_makes_no_call_fail_for_good(api: Api, welfare: Api) -> None:
    made = (await api.post("/v1/referrals", referral_order(api.peer))).json()
    await settle(api, welfare)
    paths = [
        f"/v1/referrals/{made['id']}",
        f"/v1/referrals/{made['id']}/events",
        "/v1/referrals",
        "/v1/cases",
        "/v1/events",
        "/v1/due",
        "/v1/to-dos",
        f"/v1/journeys/{made['journey']}",
        "/v1/streams",
    ]
    for path in paths * 2:  # planned on a connection, and kept there
        assert (await api.http.get(path)).status_code == 200, path
    async with api.api_context.delivery.database.acquire() as connection:
        for statement in ADD:
            await connection.execute(statement)
    try:
        for path in paths:
            answers = [(await api.http.get(path)).status_code for _ in range(2)]
            assert answers[0] in {200, 503}, (path, answers)
            assert answers[1] == 200, (path, answers)
        await api.post("/v1/referrals", referral_order(api.peer))
        await settle(api, welfare)
    finally:
        async with api.api_context.delivery.database.acquire() as connection:
            for statement in DROP:
                await connection.execute(statement)
