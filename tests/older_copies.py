"""Puts an older copy of a database in its place, as a failover to it does; what was there is kept as lost."""

from asyncpg import Connection

_SWAP = (
    "select format('alter database %1$I allow_connections false', $1::text, $2::text)",
    """
    select format(
        'select pg_terminate_backend(pid) from pg_stat_activity where datname in (%1$L, %2$L)',
        $1::text, $2::text
    )
    """,
    "select format('alter database %1$I rename to %3$I', $1::text, $2::text, $1::text || '_lost')",
    "select format('alter database %2$I rename to %1$I', $1::text, $2::text)",
    "select format('alter database %3$I allow_connections true', $1::text, $2::text, $1::text || '_lost')",
)


def copy_of(database: str) -> str:
    """Return the name of a database's copy."""
    return f"{database}_backup"


def lost_of(database: str) -> str:
    """Return the name under which a database is kept once its copy stands in its place."""
    return f"{database}_lost"


async def put_copy_in_place(administrator: Connection, database: str) -> None:
    """End all sessions with a database, and let its copy take its name."""
    for statement in _SWAP:
        await administrator.execute(await administrator.fetchval(statement, database, copy_of(database)))
