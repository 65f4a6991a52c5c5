"""Exports what became of an agency's clocks: marked, told to the other side, or late."""

from collections.abc import AsyncIterator
from datetime import datetime

from asyncpg import Connection
from pydantic_core import from_json

from ieum_lab.testing.own_facts import Fired, Late

_MARKED = "select referral, clock, since, level from clock_log"
_REMINDED = "select key, body from ledger where said and type = 'referral.overdue.v1' and body is not null"
_LATE = "select referral, clock from clock where fires_at <= $1"
_LOGGED = "select to_regclass('clock_log') is not null"


async def export_clocks(connection: Connection, me: str, now: datetime) -> AsyncIterator[Fired | Late]:
    """Return every fact about the clocks in an agency's database; what is due by `now` should be done."""
    if await connection.fetchval(_LOGGED):
        for row in await connection.fetch(_MARKED):
            yield Fired(me, str(row["referral"]), row["clock"], row["level"], str(row["since"]), "marked")
    for row in await connection.fetch(_REMINDED):
        said = from_json(row["body"])
        yield Fired(me, str(row["key"]), said["clock"], said["level"], said["due_at"], "reminded")
    for row in await connection.fetch(_LATE, now):
        yield Late(me, str(row["referral"]), row["clock"])
