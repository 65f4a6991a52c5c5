"""Elevations: for an hour, and with a reason, an operator may do what discards."""

from datetime import datetime, timedelta

from asyncpg import Connection

ELEVATED_FOR = timedelta(hours=1)

_ELEVATE = """
insert into elevation (subject, reason, at, until) values ($1, $2, now(), now() + $3) returning until
"""
_UNTIL = "select max(until) from elevation where subject = $1 and until > now()"


async def elevate(connection: Connection, subject: str, reason: str) -> datetime:
    """Elevate somebody; returns until when."""
    until: datetime = await connection.fetchval(_ELEVATE, subject, reason, ELEVATED_FOR)
    return until


async def elevated_until(connection: Connection, subject: str) -> datetime | None:
    """Return until when somebody is elevated, by the database's clock; None when not, or not any more."""
    until: datetime | None = await connection.fetchval(_UNTIL, subject)
    return until
