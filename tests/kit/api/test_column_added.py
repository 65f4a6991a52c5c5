"""A migration adds a column under a running instance: the same calls go on, at the latest when repeated."""

import pytest

from tests.kit.api.agency_api import Api, settle
from tests.kit.api.referring import referral_order

pytestmark = pytest.mark.stack

TABLES = (
    "referral",
    "case_file",
    "ledger",
    "feed",
    "stream",
    "clock",
    "inquiry",
    "eligibility_change",
    "parked",
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
        for table in TABLES:
            await connection.execute(f"alter table {table} add column added_later integer")
    try:
        for path in paths:
            answers = [(await api.http.get(path)).status_code for _ in range(2)]
            assert answers[0] in {200, 503}, (path, answers)
            assert answers[1] == 200, (path, answers)
        await api.post("/v1/referrals", referral_order(api.peer))
        await settle(api, welfare)
    finally:
        async with api.api_context.delivery.database.acquire() as connection:
            for table in TABLES:
                await connection.execute(f"alter table {table} drop column added_later")
