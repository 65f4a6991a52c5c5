"""The room of own programmes as rows, who has a place in it, and who waits for one."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from asyncpg import Connection, Record

from ieum.casework.capacity import QueueOrder, RoomStanding
from ieum.casework.values import Referral
from ieum.delivery.streams.ledger import LedgerEntry
from ieum.delivery.streams.peers import Peers
from ieum.delivery.streams.stream import FAMILY_NUMBERS
from ieum.storage.decision_types import TYPE_OF_DECISION
from ieum.storage.referral_rows import referrals_from
from ieum_contracts.capacity import Room
from ieum_contracts.codes import Decision
from ieum_contracts.decisions import ReferralWaitlisted
from ieum_contracts.topics import Family


class Seen(NamedTuple):
    """A programme's room, and by what it is seen that its queue has changed."""

    standing: RoomStanding
    undecided: int
    changed_at: datetime | None


_STANDINGS = """
select r.programme, r.version, r.room, r.places, r.expected_days,
    p.taken, q.waiting, q.undecided, q.changed_at
from room r
cross join lateral (
    select count(*) as taken from referral
    where recipient and state in ('accepted', 'in-progress', 'on-hold') and programme = r.programme
) p
cross join lateral (
    select count(*) filter (where state = 'waitlisted') as waiting, count(*) as undecided,
        max(changed_at) as changed_at
    from referral where recipient and state in ('received', 'waitlisted') and programme = r.programme
) q
where r.programme = any($1::text[])
    and (r.room is not null or r.places is not null or r.programme = any($2::text[]))
order by r.programme
"""


async def read_rooms(
    connection: Connection, programmes: Collection[str], always: Collection[str] = ()
) -> list[Seen]:
    """Read the room of those programmes of which it was set, and of those in `always`; of others nothing."""
    rows = await connection.fetch(_STANDINGS, sorted(programmes), sorted(always))
    return [_seen(row) for row in rows]


_BEGIN = "insert into room (programme) select unnest($1::text[]) on conflict do nothing"


async def begin_rooms(connection: Connection, programmes: Collection[str]) -> None:
    """Make the rows of programmes that have none yet."""
    await connection.execute(_BEGIN, sorted(programmes))


_LOCK = "select true from room where programme = $1 for update skip locked"


async def lock_room(connection: Connection, programme: str) -> bool:
    """Lock a programme's room: one process at a time gives its places away. False when another does."""
    return bool(await connection.fetchval(_LOCK, programme))


_SET = """
update room set version = version + 1, room = $2, places = $3, expected_days = $4, changed_at = now()
where programme = $1
"""


async def set_room(connection: Connection, standing: RoomStanding) -> None:
    """Store what a worker has set; the caller has locked the row and looked at its version."""
    await connection.execute(_SET, standing.programme, standing.room, standing.places, standing.expected_days)


_HOLD = "select version from room where programme = $1 for update"


async def hold_room(connection: Connection, programme: str) -> int | None:
    """Lock a programme's room, however long that takes, and return its version; None without a row."""
    version: int | None = await connection.fetchval(_HOLD, programme)
    return version


_QUEUE = """
select * from referral
where recipient and state in ('received', 'waitlisted') and programme = $1
order by
    case when $2::bool then
        case convert_from(asked, 'UTF8')::jsonb ->> 'priority'
            when 'crisis' then 0 when 'urgent' then 1 else 2
        end
    end,
    coalesce(requested_at, created_at), id
limit $3
"""


async def read_queue(
    connection: Connection, peers: Peers, programme: str, order: QueueOrder, limit: int
) -> list[Referral]:
    """List who waits for a decision about a programme, the first in front."""
    urgent_first = order is QueueOrder.MOST_URGENT_FIRST
    return await referrals_from(
        connection, peers, await connection.fetch(_QUEUE, programme, urgent_first, limit)
    )


ADD_PLACES = """placed as (
    insert into waiting_place (referral, position, expected_wait_days, review_at)
    select * from unnest({rows:waiting_place_row})
    on conflict (referral) do update set
        position = excluded.position, expected_wait_days = excluded.expected_wait_days,
        review_at = excluded.review_at
)"""
_WAITLISTED = TYPE_OF_DECISION[Decision.WAITLISTED]


def place_rows(entries: Sequence[LedgerEntry]) -> list[tuple[object, ...]]:
    """Return rows (`waiting_place_row`) for what is told here of places; the last one of each counts."""
    told = {
        entry.stream.key: ReferralWaitlisted.model_validate_json(entry.body)
        for entry in entries
        if entry.said and entry.type == _WAITLISTED and entry.body is not None
    }
    return [
        (referral, each.position, each.expected_wait_days, each.review_at) for referral, each in told.items()
    ]


_TOLD = """
select i.key, w.position, w.expected_wait_days, w.review_at, w.referral is not null as known, l.body
from unnest($1::uuid[], $2::smallint[]) as i (key, peer)
left join lateral (select * from waiting_place where referral = i.key limit 1) w on true
left join lateral (
    select body from ledger
    where key = i.key and peer = i.peer and family = $3 and said and type = 'referral.waitlisted.v1'
    order by sequence desc limit 1
) l on w.referral is null
"""
# In the ledger stands what was told before there were rows for it.


async def read_told(
    connection: Connection, peers: Peers, referrals: Sequence[Referral]
) -> Mapping[UUID, ReferralWaitlisted]:
    """Return what was last told of places on a waiting list."""
    rows = await connection.fetch(
        _TOLD,
        [each.id for each in referrals],
        [peers.number(each.peer) for each in referrals],
        FAMILY_NUMBERS[Family.REFERRAL],
    )
    return {row["key"]: _told(row) for row in rows if row["known"] or row["body"] is not None}


def _told(row: Record) -> ReferralWaitlisted:
    if not row["known"]:
        return ReferralWaitlisted.model_validate_json(row["body"])
    given = {name: row[name] for name in _PLACE_FIELDS if row[name] is not None}
    return ReferralWaitlisted.model_validate(given)


_PLACE_FIELDS = ("position", "expected_wait_days", "review_at")


def _seen(row: Record) -> Seen:
    standing = RoomStanding(
        programme=row["programme"],
        version=row["version"],
        room=None if row["room"] is None else Room(row["room"]),
        places=row["places"],
        expected_days=row["expected_days"],
        taken=row["taken"],
        waiting=row["waiting"],
    )
    return Seen(standing, row["undecided"], row["changed_at"])
