"""A peer's notice about a number reaches the application that said it, once, for its own events only."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from ieum.delivery.blocked.operator_actions import Act, skip
from ieum.delivery.streams.stream import StreamKey
from tests.kit.delivery.agencies import Bare, new_keys, until
from tests.kit.delivery.bare_agency import RAISE, REFUSE
from tests.kit.delivery.conftest import Pair

pytestmark = pytest.mark.stack
UNTAKEN = """
select u.kind, u.reason from untaken u join ledger l using (event_id) where l.key = $1 and l.said
"""


async def _untaken(agency: Bare, key: UUID) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in await agency.rows(UNTAKEN, key)]


async def _tells(agency: Bare, key: UUID, *expected: tuple[str, str]) -> None:
    async def told() -> bool:
        return await _untaken(agency, key) == list(expected)

    await until(told)


async def test_a_number_that_was_refused_reaches_who_said_it(pair: Pair) -> None:
    [key] = new_keys(1)
    await pair.alpha.say(pair.beta.address, [key], cause=f"{REFUSE}wrong-party")
    await _tells(pair.alpha, key, ("refused", "wrong-party"))
    assert await _untaken(pair.beta, key) == []


async def test_a_number_that_was_passed_over_reaches_who_said_it(pair: Pair) -> None:
    [key] = new_keys(1)
    await pair.alpha.say(pair.beta.address, [key], cause=RAISE)

    async def waits() -> bool:
        return await pair.beta.value("select count(*) from parked where key = $1", key) == 1

    await until(waits)
    async with pair.beta.database.acquire() as connection, connection.transaction():
        at = StreamKey(key, pair.beta.context.peers.number(pair.alpha.address), 1)
        act = Act("op-1", "fold.failed")
        assert await skip(connection, pair.beta.context, at, act, datetime.now(UTC)) is not None
    await _tells(pair.alpha, key, ("skipped", "fold.failed"))
