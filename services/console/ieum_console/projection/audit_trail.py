"""What the audit says of one thing: who looked at it, and who did what with it."""

from asyncpg import Connection

from ieum_console.projection.audit import AuditEntry

ROWS_MAX = 200

OF_TARGET = """
select number, at, actor, action, target, reason, previous, digest from audit
where target = any($1::text[]) and target <> '' order by number desc limit $2
"""


async def read_audit_of(connection: Connection, *targets: str) -> tuple[AuditEntry, ...]:
    """List the entries about some things, newest first, at most ROWS_MAX for each."""
    rows = await connection.fetch(OF_TARGET, targets, ROWS_MAX * len(targets))
    return tuple(AuditEntry(**dict(row)) for row in rows)
