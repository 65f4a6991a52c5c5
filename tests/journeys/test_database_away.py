"""One agency's database goes away; the others go on.

The welfare team's PostgreSQL refuses everybody. Its API says 503 and when to come back, and invites nobody
to believe that something was done. The other five refer to each other as ever, and a referral to the
welfare team waits in Kafka. When the database is back, so is the agency, without anybody's help.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from ieum.centre.centre_file import database_name
from ieum.centre.postgres import connect_admin
from ieum_lab.simulator.people import person
from ieum_lab.simulator.simulated_centre import SimulatedCentre
from tests.journeys.living import Living

pytestmark = pytest.mark.stack

WELFARE = "city-welfare-team"
RECOVERY_SECONDS = 90.0

SET_OPEN = "select format('alter database %I with allow_connections %s', $1::text, $2::text)"
SEND_AWAY = "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1"


@asynccontextmanager
async def locked_out(living: Living, agency: str) -> AsyncIterator[None]:
    name = database_name(living.under_test.address(agency))
    connection = await connect_admin(living.under_test.settings)
    try:
        await connection.execute(await connection.fetchval(SET_OPEN, name, "false"))
        await connection.fetch(SEND_AWAY, name)
        yield
    finally:
        await connection.execute(await connection.fetchval(SET_OPEN, name, "true"))
        await connection.close()


async def test_the_agency_says_503_the_others_go_on_and_it_comes_back_by_itself(
    living: Living, simulated: SimulatedCentre
) -> None:
    url, headers = simulated.clients[WELFARE].url, living.under_test.header(WELFARE)
    async with (
        locked_out(living, WELFARE),
        httpx.AsyncClient(base_url=url, headers=headers, trust_env=False) as client,
    ):
        refused = await client.get("/v1/referrals")
        assert refused.status_code == 503
        assert int(refused.headers["retry-after"]) > 0
        order = person(
            "city-job-center", "job-fair", f"{simulated.mark}-x", centre=simulated.centre, why="시험"
        )
        posted = await client.post("/v1/referrals", json=order, headers={"idempotency-key": "lost-and-found"})
        assert posted.status_code == 503
        assert (await client.get("/health/live")).status_code == 200
        assert (await client.get("/health/ready")).status_code == 503

        others = await simulated.refer(
            "veterans-center",
            person("city-job-center", "job-fair", f"{simulated.mark}-1", centre=simulated.centre, why="시험"),
        )
        await others.is_served("attended")
        waiting = await simulated.refer(
            "employment-center",
            person(
                WELFARE, "welfare-counselling", f"{simulated.mark}-2", centre=simulated.centre, why="시험"
            ),
        )

    async with asyncio.timeout(RECOVERY_SECONDS):
        await waiting.is_answered()
    await waiting.is_served("information-only")
    accounts = await living.accounts()
    assert accounts.sentences == []
