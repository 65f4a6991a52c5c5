"""Steps of a referral are shown in the order in which the broker took them in, then as they were said."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from ieum_console.projection.one_referral import STEPS
from tests.console.conftest import Console

pytestmark = pytest.mark.stack
KEY = UUID("7f3a0000-0000-7000-8000-000000000010")
START = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
AGENCIES = "insert into agency (name) values ('city-welfare-team'), ('employment-center')"
TYPE = "insert into event_type (name) values ('referral.requested.v1')"
STEP = """
insert into step (
    key, source, recipient, family, sequence, event_id, type, said_at, sent_at, partition, "offset"
)
select $1, place, 3 - place, 1, 1, gen_random_uuid(), 1,
    $2::timestamptz - make_interval(secs => place / 1e4), $2, 0, place
from generate_series(1, 2) place
"""


async def test_what_was_sent_in_one_millisecond_is_shown_as_it_was_said(console: Console) -> None:
    async with console.database.acquire() as connection:
        for statement, *values in ((AGENCIES,), (TYPE,), (STEP, KEY, START)):
            await connection.execute(statement, *values)
        shown = [row["source"] for row in await connection.fetch(STEPS, KEY, 100)]
    assert shown == ["employment-center", "city-welfare-team"]
