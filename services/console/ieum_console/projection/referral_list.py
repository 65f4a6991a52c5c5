"""The list of referrals: found by number, journey, agency, state or delay, never by name."""

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from asyncpg import Connection, Record

from ieum_console.projection.referral_row import ReferralRow, as_row
from ieum_contracts.codes import State

PAGE_ROWS = 50
CSV_ROWS_MAX = 50_000
NUMBER_DIGITS_MIN, NUMBER_DIGITS = 8, 32
_FIRST, _LAST = UUID(int=0), UUID(int=2**128 - 1)
_BEGINNING, _END = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ReferralFilter:
    """What to list. `number` is a whole id, or its first 8 characters or more; it and `journey` go alone.

    `agency` is either side; with `overdue`, the side whose move it is.
    """

    number: str | None = None
    journey: UUID | None = None
    agency: str | None = None
    state: State | None = None
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last row of a page: the next one begins behind it."""

    at: datetime
    id: UUID


@dataclass(frozen=True, slots=True)
class ReferralPage:
    """Rows, newest request first (of the overdue the longest first); `next` leads on, None at the end."""

    rows: tuple[ReferralRow, ...]
    next: Cursor | None


class NotANumberError(ValueError):
    """What was searched for is neither the number of a referral nor the beginning of one."""


def number_range(text: str) -> tuple[UUID, UUID]:
    """Return the first and last id that begin with a text; raises NotANumberError for anything else."""
    digits = text.strip().lower().replace("-", "")
    if not NUMBER_DIGITS_MIN <= len(digits) <= NUMBER_DIGITS or not set(digits) <= set("0123456789abcdef"):
        raise NotANumberError("A referral is found by its number, or by the first 8 characters of it.")
    return UUID(digits.ljust(NUMBER_DIGITS, "0")), UUID(digits.ljust(NUMBER_DIGITS, "f"))


async def list_referrals(
    connection: Connection,
    wanted: ReferralFilter,
    now: datetime,
    *,
    after: Cursor | None = None,
    rows: int = PAGE_ROWS,
) -> ReferralPage:
    """List referrals; raises NotANumberError when `number` is none."""
    found = await _fetch(connection, wanted, now, after, rows + 1)
    listed = tuple(as_row(row) for row in found[:rows])
    if len(found) <= rows:
        return ReferralPage(listed, None)
    last = listed[-1]
    at = last.due_at if wanted.overdue and last.due_at is not None else last.requested_at
    return ReferralPage(listed, Cursor(at, last.id))


async def every_referral(
    connection: Connection, wanted: ReferralFilter, now: datetime
) -> AsyncIterator[ReferralRow]:
    """Give the rows of a CSV, page by page, at most CSV_ROWS_MAX; a row holds ids, codes and times alone."""
    after, left = None, CSV_ROWS_MAX
    while left > 0:
        page = await list_referrals(connection, wanted, now, after=after, rows=min(1_000, left))
        for row in page.rows:
            yield row
        left -= len(page.rows)
        after = page.next
        if after is None:
            return


KNOWN = "select id from referral where id = any($1::uuid[])"


async def read_known(connection: Connection, keys: Collection[UUID]) -> frozenset[UUID]:
    """Return which keys of streams are those of referrals; others are of inquiries, or of a lost request."""
    return frozenset(row["id"] for row in await connection.fetch(KNOWN, keys))


BY_NUMBER = "select * from referral_row where id between $1 and $2 and id > $3 order by id limit $4"

OF_JOURNEY = """
select * from referral_row where journey = $1 and (requested_at, id) < ($2, $3)
order by requested_at desc, id desc limit $4
"""

NEWEST = """
select * from referral_row where (requested_at, id) < ($1, $2) order by requested_at desc, id desc limit $3
"""

IN_STATE = """
select * from referral_row where state = $1 and (requested_at, id) < ($2, $3)
order by requested_at desc, id desc limit $4
"""

OF_AGENCY = """
(select * from referral_row where sender_id = (select id from agency where name = $1)
    and (requested_at, id) < ($2, $3) order by requested_at desc, id desc limit $4)
union all
(select * from referral_row where recipient_id = (select id from agency where name = $1)
    and (requested_at, id) < ($2, $3) order by requested_at desc, id desc limit $4)
order by requested_at desc, id desc limit $4
"""

OF_AGENCY_IN_STATE = """
(select * from referral_row where sender_id = (select id from agency where name = $1) and state = $5
    and (requested_at, id) < ($2, $3) order by requested_at desc, id desc limit $4)
union all
(select * from referral_row where recipient_id = (select id from agency where name = $1) and state = $5
    and (requested_at, id) < ($2, $3) order by requested_at desc, id desc limit $4)
order by requested_at desc, id desc limit $4
"""

OVERDUE = """
select * from referral_row where due_at < $1 and (due_at, id) > ($2, $3) and state = coalesce($5, state)
order by due_at, id limit $4
"""

OVERDUE_OF_HOLDER = """
select * from referral_row where holder_id = (select id from agency where name = $6) and due_at < $1
    and (due_at, id) > ($2, $3) and state = coalesce($5, state)
order by due_at, id limit $4
"""


async def _fetch(
    connection: Connection, wanted: ReferralFilter, now: datetime, after: Cursor | None, rows: int
) -> list[Record]:
    if wanted.number is not None:
        first, last = number_range(wanted.number)
        found = await connection.fetch(BY_NUMBER, first, last, after.id if after else _FIRST, rows)
    elif wanted.overdue:
        at, key = (after.at, after.id) if after else (_BEGINNING, _FIRST)
        place = (now, at, key, rows, wanted.state)
        if wanted.agency is None:
            found = await connection.fetch(OVERDUE, *place)
        else:
            found = await connection.fetch(OVERDUE_OF_HOLDER, *place, wanted.agency)
    else:
        at, key = (after.at, after.id) if after else (_END, _LAST)
        match wanted:
            case ReferralFilter(journey=UUID() as journey):
                found = await connection.fetch(OF_JOURNEY, journey, at, key, rows)
            case ReferralFilter(agency=str() as agency, state=State() as state):
                found = await connection.fetch(OF_AGENCY_IN_STATE, agency, at, key, rows, state)
            case ReferralFilter(agency=str() as agency):
                found = await connection.fetch(OF_AGENCY, agency, at, key, rows)
            case ReferralFilter(state=State() as state):
                found = await connection.fetch(IN_STATE, state, at, key, rows)
            case _:
                found = await connection.fetch(NEWEST, at, key, rows)
    return list(found)
