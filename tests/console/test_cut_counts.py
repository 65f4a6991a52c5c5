"""Where an agency has more unread than is counted, its accounts say so, and no pair of it agrees."""

from datetime import UTC, datetime

import pytest

from ieum_console.projection import read_assurance, read_edges
from ieum_console.projection.unread import UNREAD_COUNTED_MAX
from tests.console.conftest import Console

pytestmark = pytest.mark.stack
NOW = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
AGENCIES = """
insert into agency (name) values ('employment-center'), ('city-welfare-team'), ('veterans-center')
"""
TYPE = "insert into event_type (name) values ('referral.requested.v1')"
EDGE = "insert into edge (source, recipient, records, events, last_said_at) values ($1, 2, $2, $2, $3)"
STEPS = """
insert into step (
    key, source, recipient, family, sequence, event_id, type, said_at, sent_at, partition, "offset"
)
select gen_random_uuid(), $1, 2, 1, 1, gen_random_uuid(), 1, $2, $2, 0, n
from generate_series($3::bigint, $4::bigint) n
"""
READING = """
insert into reading (recipient, family, partition, next_offset, end_offset, observed_at)
values (2, 1, 0, 1, $1, $2)
"""
READ_ON = "update reading set next_offset = $1"
BEHIND = 4
"""What the second one said stands behind more than is counted of the first one."""


async def test_a_pair_of_which_the_count_was_cut_never_agrees(console: Console) -> None:
    first = UNREAD_COUNTED_MAX + 1
    async with console.database.acquire() as connection:
        for statement in (AGENCIES, TYPE):
            await connection.execute(statement)
        for source, begin, end in ((1, 1, first), (3, first + 1, first + BEHIND)):
            await connection.execute(EDGE, source, end - begin + 1, NOW)
            await connection.execute(STEPS, source, NOW, begin, end)
        await connection.execute(READING, first + BEHIND + 1, NOW)

        employment, veterans = (await read_assurance(connection)).pairs
        assert (employment.cut, employment.agrees) == (True, False)
        assert employment.differing >= UNREAD_COUNTED_MAX
        assert (veterans.said, veterans.heard, veterans.cut, veterans.agrees) == (BEHIND, BEHIND, True, False)
        assert [each.cut for each in await read_edges(connection)] == [True, True]

        await connection.execute(READ_ON, BEHIND + 2)
        employment, veterans = (await read_assurance(connection)).pairs
        assert (employment.heard, employment.cut) == (BEHIND + 1, False), "so many are counted, and no more"
        assert (veterans.heard, veterans.cut, veterans.since) == (0, False, NOW)
        assert [(each.unread, each.cut) for each in await read_edges(connection)] == [
            (UNREAD_COUNTED_MAX - BEHIND, False),
            (BEHIND, False),
        ]
