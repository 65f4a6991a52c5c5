"""`ieum status` says who has fallen silent, as the detector found it in the projection."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from ieum.casework.business_days import WEEKDAYS
from ieum.centre.centre_file import CentreError
from ieum.cli.silences import Silence, silence_reader
from ieum_console.projector.silence_rows import look_at_silence
from ieum_console.silence_report import silent_agencies
from ieum_lab.testing.plugin import MakeCentre
from tests.console.conftest import Console
from tests.console.writing import RECIPIENT, SENDER
from tests.pages.seeding import INSERT_AGENCY, INSERT_REFERRAL, INSERT_TYPE

pytestmark = pytest.mark.stack

MONDAY = datetime(2026, 11, 30, 1, 40, tzinfo=UTC)
"""10:40 in Seoul."""
INSERT_TALLY = "insert into tally (sender, recipient, state, referrals) values ($1, $2, 'requested', 4)"
INSERT_ANSWER = """
insert into answer_sample (referral, sender, recipient, asked_at, answered_at) values ($1, $2, $3, $4, $5)
"""


async def test_who_is_silent_beyond_its_habit_is_named_with_what_is_usual(console: Console) -> None:
    async with console.database.acquire() as connection:
        sender = await connection.fetchval(INSERT_AGENCY, SENDER)
        recipient = await connection.fetchval(INSERT_AGENCY, RECIPIENT)
        await connection.execute(INSERT_TALLY, sender, recipient)
        for place in range(30):
            asked = MONDAY - timedelta(weeks=1 + place % 10)
            answered = asked + timedelta(minutes=30)
            await connection.execute(INSERT_ANSWER, uuid4(), sender, recipient, asked, answered)
        received = await connection.fetchval(INSERT_TYPE, "referral.received.v1")
        for _ in range(4):
            await connection.execute(
                *(INSERT_REFERRAL, uuid4(), sender, recipient, uuid4(), MONDAY, "received", MONDAY, False),
                *(recipient, None, None, None, 0, received, recipient, MONDAY),
            )
        before = await _found(console, MONDAY + timedelta(minutes=20))
        later = MONDAY + timedelta(hours=3)
        await look_at_silence(connection, WEEKDAYS, later)

    assert before == []
    [silence] = await silent_agencies(console.centre.centre, console.centre.settings)
    assert silence == Silence(RECIPIENT, SENDER, 1800.0, 4, MONDAY, later)
    assert str(silence) == (
        f"{RECIPIENT} normally answers {SENDER} within 30 min; 4 wait since 2026-11-30 10:40 "
        "and nothing has been said (as of 13:40)."
    )


async def test_what_is_not_known_is_told(make_centre: MakeCentre) -> None:
    centre = await make_centre()

    with pytest.raises(CentreError, match="ieum console run"):
        await silent_agencies(centre.centre, centre.settings)


def test_the_kit_finds_the_console_that_is_installed() -> None:
    assert silence_reader() is silent_agencies


async def _found(console: Console, now: datetime) -> list[Silence]:
    async with console.database.acquire() as connection:
        await look_at_silence(connection, WEEKDAYS, now)
    return list(await silent_agencies(console.centre.centre, console.centre.settings))
