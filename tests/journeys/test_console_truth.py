"""What the console says is what the agencies say.

Stories are played and a stream of random referrals is worked off while the console's projector follows; in
between it is killed like a process in a power cut, and started again. Once all is at rest, every referral,
every stream and every pair of the projection is compared with the agencies' own tables and with `ieum
reconcile`. Nothing of a body has come into the console's database.
"""

import asyncio
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from asyncpg import Connection

from ieum.delivery.streams.stream import FAMILIES as KIT_FAMILIES
from ieum_console.projection import (
    ReferralFilter,
    list_referrals,
    read_agencies,
    read_assurance,
    read_contracts,
    read_referral,
)
from ieum_console.projection.families import FAMILIES
from ieum_lab.simulator.play import Script
from ieum_lab.simulator.simulated_centre import SimulatedCentre
from ieum_lab.simulator.stories import STORIES
from tests.journeys.console_process import caught_up, console_of
from tests.journeys.living import Living, run_stream

pytestmark = [pytest.mark.stack, pytest.mark.slow, pytest.mark.timeout(300)]
LOOKED_AT_SECONDS_MAX = 40.0
STREAM = Script(referrals=30, rate=10.0, seed=13)

WRITTEN_IN_A_BODY = "연금 없이 전역한"
"""Of the second story: why the client is referred."""

THEIR_REFERRALS = """
select referral.id, referral.recipient as is_recipient, peer.address, state, closed_as, withdrawn, erased,
    reopened, cardinality(ask_ids) as asks, journey
from referral join peer on peer.id = referral.peer
"""

THEIR_STREAMS = """
select stream.key, peer.address, stream.family, stream.said, stream.heard
from stream join peer on peer.id = stream.peer
"""


async def test_the_projection_says_what_the_agencies_say(
    living: Living, simulated: SimulatedCentre, tmp_path: Path
) -> None:
    async with console_of(living, tmp_path / "console.log") as (process, database):
        work = asyncio.create_task(run_stream(simulated, STREAM, 120.0))
        while not work.done():  # a stream takes seconds
            await asyncio.sleep(1.5)
            process.kill()
            process.start()
        await work
        for story in STORIES[:4]:
            await story.play(simulated)
        accounts = await living.accounts()
        await caught_up(database)

        assert accounts.sentences == []
        async with database.acquire() as connection:
            await _compare_referrals(connection, living, accounts.referrals)
            streams = await _compare_streams(connection, living)
            assert (streams, accounts.said) == (accounts.streams, accounts.heard)
            await _compare_pairs(connection, accounts.said)
            await _find_by_number(connection, living)
            assert await _bodies_with(living, WRITTEN_IN_A_BODY)
            assert await _columns_holding(connection, WRITTEN_IN_A_BODY) == []
        assert WRITTEN_IN_A_BODY not in process.log()


async def _theirs(living: Living, statement: str) -> dict[str, list[asyncpg.Record]]:
    found = {}
    for agency in living.services:
        connection = await asyncpg.connect(living.under_test.access(agency).dsn)
        found[agency] = await connection.fetch(statement)
        await connection.close()
    return found


async def _compare_referrals(connection: Connection, living: Living, by_state: Mapping[str, int]) -> None:
    ours = {row["id"]: row for row in await connection.fetch("select * from referral_row")}
    seen: set[UUID] = set()
    for agency, rows in (await _theirs(living, THEIR_REFERRALS)).items():
        for row in rows:
            mine = ours[row["id"]]
            peer = row["address"].rpartition("/")[2]
            parties = (peer, agency) if row["is_recipient"] else (agency, peer)
            assert (mine["sender"], mine["recipient"], mine["journey"]) == (*parties, row["journey"])
            for name in ("state", "closed_as", "erased", "reopened"):
                assert mine[name] == row[name], (agency, dict(mine), dict(row))
            if row[
                "is_recipient"
            ]:  # a client may withdraw at the recipient's desk, which its sender only hears
                assert (mine["withdrawn_at"] is not None) == row["withdrawn"], (dict(mine), dict(row))
            assert mine["open_asks"] == row["asks"], (agency, dict(mine), dict(row))
            seen.add(row["id"])
    assert seen == ours.keys()
    tally = await connection.fetch("select state, sum(referrals)::int as n from tally group by state")
    assert {row["state"]: row["n"] for row in tally if row["n"]} == dict(by_state)


async def _compare_streams(connection: Connection, living: Living) -> int:
    """Compare what was said and heard on every stream; returns how many there are, seen from both ends."""
    statement = """
    select e.key, s.name as source, r.name as recipient, e.family, max(sequence) as said, count(*) as sent
    from step e join agency s on s.id = e.source join agency r on r.id = e.recipient group by 1, 2, 3, 4
    """
    ours = {}
    for row in await connection.fetch(statement):
        assert row["said"] == row["sent"]
        ours[row["key"], row["source"], row["recipient"], FAMILIES[row["family"]]] = row["said"]
    streams = 0
    said, heard = {}, {}
    for agency, rows in (await _theirs(living, THEIR_STREAMS)).items():
        for row in rows:
            peer, family = row["address"].rpartition("/")[2], KIT_FAMILIES[row["family"]]
            said[row["key"], agency, peer, family] = row["said"]
            heard[row["key"], peer, agency, family] = row["heard"]
            streams += 1
    assert {name: number for name, number in said.items() if number} == ours
    assert {name: number for name, number in heard.items() if number} == ours
    return streams


async def _compare_pairs(connection: Connection, said: int) -> None:
    assurance = await read_assurance(connection)
    until = time.monotonic() + LOOKED_AT_SECONDS_MAX
    while (open_pairs := [each for each in assurance.pairs if not each.agrees]) and time.monotonic() < until:
        await asyncio.sleep(0.5)  # that a stream goes on is told after the event that did it
        assurance = await read_assurance(connection)
    assert open_pairs == [], assurance.open_streams
    assert sum(pair.said for pair in assurance.pairs) == said
    assert sum(pair.heard for pair in assurance.pairs) == said
    assert (assurance.open_streams, assurance.withdrawals) == ((), ())
    async with asyncio.timeout(
        LOOKED_AT_SECONDS_MAX
    ):  # heads are told every minute, and groups looked at in turn
        while not all(
            agency.lag_records == 0 and agency.instances
            for agency in await read_agencies(connection, datetime.now(UTC))
        ):
            await asyncio.sleep(0.5)
    contracts = await read_contracts(connection)
    assert all(each.known and each.same_schema for each in contracts.spoken)
    assert contracts.programmes
    assert contracts.rejected == ()


async def _find_by_number(connection: Connection, living: Living) -> None:
    page = await list_referrals(connection, ReferralFilter(), datetime.now(UTC))
    for row in page.rows[:10]:
        found = await list_referrals(connection, ReferralFilter(number=str(row.id)[:8]), datetime.now(UTC))
        assert row in found.rows
        view = await read_referral(connection, row.id)
        assert view is not None
        assert view.head == row
        assert all(each.said == each.sent == each.heard == each.applied for each in view.deliveries)
        assert {each.id for each in view.journey} <= {UUID(int=0), *(r.id for r in page.rows)} or page.next


BODIES = "select count(*) as bodies from ledger where position(convert_to($1, 'UTF8') in body) > 0"


async def _bodies_with(living: Living, text: str) -> int:
    """Count the bodies that hold a text: what was said on Kafka, and must not be found at the console."""
    connection = await asyncpg.connect(living.under_test.access("employment-center").dsn)
    found: int = await connection.fetchval(BODIES, text)
    await connection.close()
    return found


COLUMNS = """
select format('select count(*) from %I where %I::text like $1', table_name, column_name) as counted,
    table_name, column_name
from information_schema.columns where table_schema = 'public'
"""


async def _columns_holding(connection: Connection, text: str) -> list[str]:
    return [
        f"{row['table_name']}.{row['column_name']}"
        for row in await connection.fetch(COLUMNS)
        if await connection.fetchval(row["counted"], f"%{text}%")
    ]
