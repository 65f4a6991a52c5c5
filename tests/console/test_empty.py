"""Before anything has happened every query answers, and says that it knows nothing."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from ieum_console.projection import (
    NotANumberError,
    ReferralFilter,
    Source,
    Window,
    append_audit,
    behind,
    changes_since,
    every_referral,
    list_referrals,
    read_agencies,
    read_assurance,
    read_audit,
    read_contracts,
    read_edges,
    read_overview,
    read_referral,
    read_unread,
    verify_audit,
)
from ieum_contracts.codes import State
from tests.console.conftest import Console

pytestmark = pytest.mark.stack
NOW = datetime(2026, 11, 30, 3, 0, tzinfo=UTC)

FILTERS = (
    ReferralFilter(),
    ReferralFilter(number="7f3a0000"),
    ReferralFilter(journey=uuid4()),
    ReferralFilter(agency="employment-center"),
    ReferralFilter(state=State.RECEIVED),
    ReferralFilter(agency="employment-center", state=State.RECEIVED),
    ReferralFilter(overdue=True),
    ReferralFilter(overdue=True, agency="employment-center", state=State.RECEIVED),
)


async def test_an_empty_projection_answers_every_question(console: Console) -> None:
    async with console.database.acquire() as connection:
        for window in Window:
            overview = await read_overview(connection, window, NOW)
            assert (overview.open, overview.overdue, overview.needs, overview.edges) == (0, 0, (), ())
            assert overview.delivery_p95_seconds is None
        for wanted in FILTERS:
            assert (await list_referrals(connection, wanted, NOW)).rows == ()
            assert [row async for row in every_referral(connection, wanted, NOW)] == []
        assert await read_referral(connection, uuid4()) is None
        assert await read_agencies(connection, NOW) == ()
        assert await read_edges(connection) == ()
        assert await read_unread(connection, "employment-center") == ()
        assert (await read_assurance(connection)).pairs == ()
        assert (await read_contracts(connection)).programmes == ()
        assert await changes_since(connection, 0) == ()
        assert (await behind(connection, NOW)).source is Source.PROJECTOR_AWAY


async def test_what_is_no_number_is_not_searched_for(console: Console) -> None:
    async with console.database.acquire() as connection:
        for text in ("7f3a000", "Kim Cheolsu", "' or 1=1 --", "7f3a0000-" * 9):
            with pytest.raises(NotANumberError):
                await list_referrals(connection, ReferralFilter(number=text), NOW)


async def test_the_audit_is_a_chain_and_a_changed_entry_is_found(console: Console) -> None:
    async with console.database.acquire() as connection:
        for number in range(1, 6):
            async with connection.transaction():
                entry = await append_audit(
                    connection, NOW, actor="park", action="retry", target=f"op-{number}", reason="upgrade"
                )
            assert entry.number == number
        whole = await verify_audit(connection)
        assert (whole.entries, whole.broken_at, whole.head) == (5, None, entry.digest)
        day = (NOW.replace(hour=0), NOW.replace(hour=23))
        assert [each.number for each in await read_audit(connection, *day)] == [5, 4, 3, 2, 1]
        assert await read_audit(connection, *day, actor="lee") == ()
        assert [each.number for each in await read_audit(connection, *day, before=3)] == [2, 1]
        await connection.execute("update audit set reason = 'none' where number = 3")
        assert (await verify_audit(connection)).broken_at == 3
        await connection.execute("update audit set reason = 'upgrade' where number = 3")
        await connection.execute("delete from audit where number = 2")
        assert (await verify_audit(connection)).broken_at == 2
