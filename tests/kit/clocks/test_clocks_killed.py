"""Thousands of clocks are due at an agency with two processes, one of which is killed again and again.

Questions that nobody has answered for months end their referrals. Both processes work at it; as soon as
something is done, one of them is killed (SIGKILL) and started anew, in turn. In the end each referral has
expired once.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from asyncpg import Connection

from ieum.application.flush import flush
from ieum.casework.loaded_cases import LoadedCases
from ieum.casework.values import Change
from ieum.centre.centre_file import database_name
from ieum.centre.postgres import connect_admin
from ieum.delivery.streams.batch_write import Rows
from ieum.delivery.streams.peers import Peers
from ieum.storage.database import open_database
from ieum_contracts.codes import Decision
from ieum_lab.testing.checker import judge
from ieum_lab.testing.effect_log import install_effect_log
from ieum_lab.testing.exporting_clocks import export_clocks
from ieum_lab.testing.plugin import MakeCentre
from tests.kit.casework.agencies import RECIPIENT, SENDER, Desk, Two
from tests.kit.clocks.clocked import clocked_view
from tests.kit.clocks.service_process import Instance
from tests.kit.delivery.agencies import until

pytestmark = [pytest.mark.stack, pytest.mark.slow, pytest.mark.timeout(420)]
REFERRALS, KILLS, CHUNK = 2_000, 4, 500
DONE_SECONDS_MAX = 240.0
DUE = "select count(*) from clock where fires_at <= now()"
EXPIRED = "select key, count(*) as times from ledger where said and type = 'referral.expired.v1' group by key"
VERSIONS = "select count(*) from referral where state = 'expired' and version = $1"


async def seed(connection: Connection, sender: str) -> int:
    """Write referrals whose question has waited since July; returns the version of each after its end."""
    two = Two()
    two.refer()
    two.deliver()
    two.decide(Decision.INFO_REQUESTED)
    peers = Peers()
    asked = replace(two.at_recipient, peer=replace(SENDER, centre=sender))
    await peers.know(connection, [asked.peer])
    for begin in range(0, REFERRALS, CHUNK):
        known = LoadedCases()
        for number in range(begin, begin + CHUNK):
            known.take(Change(replace(asked, id=UUID(int=10**9 + number), journey=UUID(int=number))))
        async with connection.transaction():
            await flush(connection, peers, known, Rows(), view=clocked_view(Desk(RECIPIENT)))
    return asked.version + 1


async def test_each_clock_is_acted_on_once_whoever_is_killed(make_centre: MakeCentre, tmp_path: Path) -> None:
    centre = await make_centre(SENDER.agency, RECIPIENT.agency)
    database = await open_database(centre.access(RECIPIENT.agency).dsn)
    administrator = await connect_admin(centre.settings, database_name(centre.address(RECIPIENT.agency)))
    await install_effect_log(administrator)
    instances = [Instance(centre, RECIPIENT.agency, tmp_path / f"{number}.log") for number in (1, 2)]
    async with database.acquire() as connection:
        version = await seed(connection, centre.id)

        async def due() -> int:
            return int(await connection.fetchval(DUE))

        try:
            for each in instances:
                each.start()
            for number in range(KILLS):
                left = await due()

                async def less(left: int = left) -> bool:
                    return (now := await due()) < left or now == 0

                await until(less, DONE_SECONDS_MAX, pause=0.02)
                instances[number % 2].kill()
                instances[number % 2].start()
            await until(lambda: _none(due()), DONE_SECONDS_MAX, pause=0.2)
            await asyncio.sleep(2)
        finally:
            for each in instances:
                each.kill()
        expired = Counter({row["key"]: row["times"] for row in await connection.fetch(EXPIRED)})
        assert (len(expired), set(expired.values())) == (REFERRALS, {1})
        assert await connection.fetchval(VERSIONS, version) == REFERRALS
        facts = [fact async for fact in export_clocks(administrator, str(RECIPIENT), datetime.now(UTC))]
        assert judge(facts) == []
    await administrator.close()
    await database.close()


async def _none(number: Awaitable[int]) -> bool:
    return await number == 0
