"""When an event was read: as somebody saw it, and otherwise not known; never a time made up."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from asyncpg import Connection

from ieum_console.projection.one_referral import STEPS
from ieum_console.projector.groups import Read
from ieum_console.projector.reading_rows import forget_old, write_reading
from tests.console.conftest import Console

pytestmark = pytest.mark.stack
KEY = UUID("7f3a0000-0000-7000-8000-00000000000f")
START = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
AGENCIES = "insert into agency (name) values ('employment-center'), ('city-welfare-team')"
TYPE = "insert into event_type (name) values ('referral.requested.v1')"
STEP = """
insert into step (
    key, source, recipient, family, sequence, event_id, type, said_at, sent_at, partition, "offset"
)
select $1, 1, 2, 1, n, gen_random_uuid(), 1, $2, $2, 0, n from generate_series(1, 9) n
"""


def minute(number: int) -> datetime:
    return START + timedelta(minutes=number)


async def _looks(connection: Connection, *looks: tuple[int, int]) -> None:
    """Look at the group: at which minute, and from which offset it reads next."""
    for at, offset in looks:
        await write_reading(connection, [Read("city-welfare-team", 1, 0, offset, 10)], minute(at))


async def _heard(connection: Connection) -> list[tuple[int, bool, datetime | None]]:
    rows = await connection.fetch(STEPS, KEY, 100)
    return [(row["sequence"], row["is_heard"], row["heard_at"]) for row in rows]


async def test_what_was_read_before_anybody_looked_has_no_time(console: Console) -> None:
    async with console.database.acquire() as connection:
        for statement, *values in ((AGENCIES,), (TYPE,), (STEP, KEY, START)):
            await connection.execute(statement, *values)
        assert {each[1:] for each in await _heard(connection)} == {(False, None)}

        await _looks(connection, (1, 4), (2, 4), (5, 7), (9, 7))
        unseen, seen = [(n, True, None) for n in (1, 2, 3)], [(n, True, minute(5)) for n in (4, 5, 6)]
        assert await _heard(connection) == [*unseen, *seen, *((n, False, None) for n in (7, 8, 9))]

        await _looks(connection, (12, 9))
        read = [(n, True, minute(12)) for n in (7, 8)]
        assert await _heard(connection) == [*unseen, *seen, *read, (9, False, None)]


async def test_a_time_that_is_forgotten_is_not_replaced_by_a_later_one(console: Console) -> None:
    async with console.database.acquire() as connection:
        for statement, *values in ((AGENCIES,), (TYPE,), (STEP, KEY, START)):
            await connection.execute(statement, *values)
        later = 20 * 24 * 60
        await _looks(connection, (1, 2), (2, 5), (later, 9))
        await forget_old(connection, minute(later))

        assert (await _heard(connection))[:4] == [(n, True, None) for n in (1, 2, 3, 4)]
