"""Exports what became of an agency's waiting lists: places given, positions told, and who was overlooked."""

from collections.abc import AsyncIterator, Collection

from asyncpg import Connection

from ieum_lab.testing.own_facts import Overlooked, Placed, Told

_LOGGED = "select to_regclass('room_log') is not null"
_SET = "select id, programme, places from room_log where programme = any($1::text[])"
_STATES = "select id, programme, thing, state from effect_log where programme = any($1::text[])"
_TOLD = """
select l.key, l.sequence, (convert_from(l.body, 'UTF8')::jsonb - 'answers')::text as told
from ledger l join referral r on r.id = l.key
where l.said and l.type = 'referral.waitlisted.v1' and l.body is not null and r.programme = any($1::text[])
"""
_OVERLOOKED = """
select w.id, w.programme from room r
cross join lateral (
    select count(*) as taken from referral
    where recipient and state in ('accepted', 'in-progress', 'on-hold') and programme = r.programme
) p
join referral w on w.recipient and w.state in ('received', 'waitlisted') and w.programme = r.programme
where r.programme = any($1::text[]) and r.room is null and r.places > p.taken
"""


async def export_rooms(
    connection: Connection, me: str, programmes: Collection[str]
) -> AsyncIterator[Placed | Told | Overlooked]:
    """Return every fact about programmes that give their places away by themselves, to all who ask."""
    if not programmes or not await connection.fetchval(_LOGGED):
        return
    wanted = sorted(programmes)
    for row in await connection.fetch(_SET, wanted):
        yield Placed(me, row["programme"], row["id"], places=row["places"])
    for row in await connection.fetch(_STATES, wanted):
        yield Placed(me, row["programme"], row["id"], thing=str(row["thing"]), state=row["state"])
    for row in await connection.fetch(_TOLD, wanted):
        yield Told(me, str(row["key"]), row["sequence"], row["told"])
    for overlooked in await overlooked_in(connection, me, wanted):
        yield overlooked


async def overlooked_in(connection: Connection, me: str, programmes: Collection[str]) -> list[Overlooked]:
    """Return who waits at an agency while a place is free; empty when its waiting lists are at rest."""
    rows = await connection.fetch(_OVERLOOKED, sorted(programmes))
    return [Overlooked(me, str(row["id"]), row["programme"]) for row in rows]
