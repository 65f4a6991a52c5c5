"""Runners that are broken on purpose are found out by the checker: a clock acted on twice, and one never."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from asyncpg import Connection

from ieum.application import clock_runner
from ieum.casework.clock_book import ClockBook
from ieum.casework.running_clocks import RunningClock
from ieum.storage import clock_rows
from ieum_lab.testing.checker import judge
from ieum_lab.testing.exporting_clocks import export_clocks
from ieum_lab.testing.verdicts import Broken
from tests.kit.casework.agencies import RECIPIENT, START, Two
from tests.kit.casework.database_world import Office
from tests.kit.casework.database_world import write as write_referrals
from tests.kit.clocks.test_clock_runner import runner_of

pytestmark = pytest.mark.stack
LATE = START + timedelta(days=60)


async def _waiting(office: Office) -> Two:
    """Write a referral at its sender that waits for a decision."""
    two = Two()
    two.refer()
    two.deliver()
    async with office.database.acquire() as connection, connection.transaction():
        mine = replace(two.at_sender, client_ref=str(two.id))
        await write_referrals(connection, office, mine)
    return two


async def _verdicts(office: Office, two: Two) -> Counter[Broken]:
    for _ in range(2):
        await runner_of(office, LATE).turn()
    async with office.database.acquire() as connection:
        facts = [fact async for fact in export_clocks(connection, str(RECIPIENT), LATE)]
    return Counter(verdict.broken for verdict in judge(facts) if verdict.about[1] == str(two.id))


async def test_the_runner_as_it_is_breaks_nothing(api_context: Office) -> None:
    assert await _verdicts(api_context, await _waiting(api_context)) == Counter()


async def test_a_runner_that_forgets_what_it_did_reminds_twice(
    api_context: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forget(_self: ClockBook, _referral: object, _clock: RunningClock) -> None:
        """Mark nothing."""

    monkeypatch.setattr(ClockBook, "mark", forget)
    found = await _verdicts(api_context, await _waiting(api_context))
    assert found[Broken.CLOCK_TWICE] == 1


async def test_a_runner_that_only_knows_what_came_due_while_it_ran_leaves_the_rest(
    api_context: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lock_recent(connection: Connection, now: datetime, limit: int) -> set[object]:
        await clock_rows.lock_due(connection, now - timedelta(days=50), limit)
        return set()

    monkeypatch.setattr(clock_runner, "lock_due", lock_recent)
    assert await _verdicts(api_context, await _waiting(api_context)) == Counter({Broken.CLOCK_NEVER: 1})
