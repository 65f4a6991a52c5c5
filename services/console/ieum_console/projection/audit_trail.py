"""What the audit says of one thing: who looked at it, and who did what with it."""

from asyncpg import Connection

from ieum_console.projection.audit import AuditEntry

ROWS_MAX = 200

OF_TARGET = """
select number, at, actor, action, target, reason, previous, digest from audit
where target = $1 and target <> '' order by number desc limit $2
"""


async def read_audit_of(connection: Connection, target: str) -> tuple[AuditEntry, ...]:
    """List the entries about one thing, newest first, at most ROWS_MAX."""
    return tuple(AuditEntry(**dict(row)) for row in await connection.fetch(OF_TARGET, target, ROWS_MAX))
