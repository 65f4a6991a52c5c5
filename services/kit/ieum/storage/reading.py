"""The API's read queries: referrals, their history, and cases, a page at a time."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from asyncpg import Connection

from ieum.casework.values import Case, Referral, Side
from ieum.delivery.streams.peers import Peers
from ieum.storage.case_rows import cases_from
from ieum.storage.referral_rows import referrals_from
from ieum_contracts.address import Address
from ieum_contracts.codes import State


@dataclass(frozen=True, slots=True)
class PageCursor:
    """The last row of a page; the next page starts after it. Pages go from the newest to the oldest."""

    at: datetime
    id: UUID


@dataclass(frozen=True, slots=True)
class Wanted:
    """The filters of a list of referrals; None filters nothing."""

    state: State | None = None
    side: Side | None = None
    peer: Address | None = None
    programme: str | None = None
    client_ref: str | None = None
    journey: UUID | None = None


class HistoryPlace(NamedTuple):
    """Where a part of a history ends: before this feed number and row of the feed."""

    number: int
    row: int


NOW = HistoryPlace(2**63 - 1, 2**63 - 1)
"""The place after all events."""


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One event of a referral that took effect; `body` is None once it is erased or no longer kept."""

    id: UUID
    said: bool
    type: str
    at: datetime
    body: bytes | None


@asynccontextmanager
async def _planned_for_what_is_asked(connection: Connection) -> AsyncIterator[None]:
    """Plan a list for the filters that it has: a generic plan could use no index."""
    async with connection.transaction(readonly=True):
        await connection.execute("set local plan_cache_mode = force_custom_plan")
        yield


_LIST = """
select * from referral
where ($1::text is null or state = $1)
    and ($2::bool is null or recipient = $2)
    and ($3::smallint is null or peer = $3)
    and ($4::text is null or programme = $4)
    and ($5::text is null or client_ref = $5)
    and ($6::uuid is null or journey = $6)
    and ($7::timestamptz is null or (created_at, id) < ($7, $8::uuid))
order by created_at desc, id desc limit $9
"""


async def list_referrals(
    connection: Connection, peers: Peers, wanted: Wanted, before: PageCursor | None, limit: int
) -> list[Referral]:
    """List at most `limit` referrals from the newest to the oldest, after a page's end."""
    if wanted.peer is not None:
        await peers.load_addresses(connection, [wanted.peer])
        if wanted.peer not in peers:
            return []
    async with _planned_for_what_is_asked(connection):
        rows = await connection.fetch(
            _LIST,
            wanted.state,
            None if wanted.side is None else wanted.side is Side.RECIPIENT,
            None if wanted.peer is None else peers.number(wanted.peer),
            wanted.programme,
            wanted.client_ref,
            wanted.journey,
            None if before is None else before.at,
            None if before is None else before.id,
            limit,
        )
    return await referrals_from(connection, peers, rows)


_READ = "select * from referral where id = $1"


async def read_referral(connection: Connection, peers: Peers, referral: UUID) -> Referral | None:
    """Read one referral; None when there is no such referral."""
    rows = await connection.fetch(_READ, referral)
    return next(iter(await referrals_from(connection, peers, rows)), None)


_HISTORY = """
select f.place, f.id, f.said, l.event_id, l.type, l.at, l.body
from (
    select *, coalesce(number, 9223372036854775807) as place from feed
    where key = any($1::uuid[]) and peer = $2
        and (coalesce(number, 9223372036854775807), id) < ($3::bigint, $4::bigint)
    order by coalesce(number, 9223372036854775807) desc, id desc limit $5
) f
cross join lateral (
    select event_id, type, at, body from ledger
    where key = f.key and peer = f.peer and family = f.family and said = f.said and sequence = f.sequence
    limit 1
) l
order by f.place, f.id
"""


async def read_history(
    connection: Connection, peers: Peers, referral: Referral, before: HistoryPlace, limit: int
) -> tuple[list[HistoryRow], HistoryPlace | None]:
    """List the newest events said and heard of a referral and of its case, in feed order.

    Feed order does not depend on clocks; an event without a number is the newest. Returns also the place
    before which there are more events, if any.
    """
    keys = [referral.id] if referral.case is None else [referral.id, referral.case]
    rows = await connection.fetch(_HISTORY, keys, peers.number(referral.peer), *before, limit + 1)
    shown = rows[-limit:]
    older = HistoryPlace(shown[0]["place"], shown[0]["id"]) if len(rows) > limit else None
    return [
        HistoryRow(row["event_id"], row["said"], row["type"], row["at"], row["body"]) for row in shown
    ], older


_LIST_CASES = """
select * from case_file
where ($1::bool is null or (closed_at is null) = $1)
    and ($2::timestamptz is null or (opened_at, id) < ($2, $3::uuid))
order by opened_at desc, id desc limit $4
"""


async def list_cases(
    connection: Connection,
    peers: Peers,
    before: PageCursor | None,
    limit: int,
    *,
    is_open: bool | None = None,
) -> Sequence[Case]:
    """List cases from the newest to the oldest, optionally only open or only closed ones."""
    at, case = (None, None) if before is None else (before.at, before.id)
    async with _planned_for_what_is_asked(connection):
        rows = await connection.fetch(_LIST_CASES, is_open, at, case, limit)
    return await cases_from(connection, peers, rows)


_READ_CASE = "select * from case_file where id = $1"


async def read_case(connection: Connection, peers: Peers, case: UUID) -> Case | None:
    """Read one case; None when there is no such case."""
    rows = await connection.fetch(_READ_CASE, case)
    return next(iter(await cases_from(connection, peers, rows)), None)
