"""Bring a database to the newest schema: numbered SQL files, forward only, each applied once."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import TypeAlias

import asyncpg

from ieum.errors import IeumError

LOCK = 0x6965756D
"""The advisory lock that lets one process at a time change a schema ("ieum" in ASCII)."""
CONNECT_SECONDS_MAX = 10.0

_NAME = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


class MigrationError(IeumError):
    """The schema of a database does not match the migrations of this version."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One migration file."""

    number: int
    name: str
    sql: str

    @property
    def digest(self) -> bytes:
        """SHA-256 of the file: an applied migration must not change."""
        return hashlib.sha256(self.sql.encode()).digest()


async def migrate(dsn: str, *, password: str | None = None, folder: Traversable | None = None) -> list[str]:
    """Apply missing migrations, each in a transaction of its own; returns the names of those applied.

    Raises MigrationError when a file that was applied has changed or is missing, and asyncpg's errors when
    the database cannot be reached or a statement fails (what came before it stays applied).
    """
    steps = read_migrations(folder or files("ieum.storage").joinpath("migrations"))
    connection = await asyncpg.connect(dsn, password=password, timeout=CONNECT_SECONDS_MAX)
    try:
        await connection.execute(TAKE_LOCK, LOCK)
        return await _apply(connection, steps)
    finally:
        await connection.close()


def read_migrations(folder: Traversable) -> list[Migration]:
    """Read a folder's files `NNNN_name.sql` in order; raises MigrationError when a number comes twice."""
    found = []
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        match = _NAME.fullmatch(file.name)
        if match is not None:
            found.append(Migration(int(match[1]), file.name, file.read_text(encoding="utf-8")))
    numbers = [step.number for step in found]
    if len(set(numbers)) != len(numbers):
        raise MigrationError(f"Two migrations have the same number; found {numbers}.")
    return found


TAKE_LOCK = "select pg_advisory_lock($1)"

REMEMBER_TABLE = """
create table if not exists migration (
    number smallint primary key,
    name text not null,
    digest bytea not null,
    applied_at timestamptz not null default now()
)
"""

APPLIED = "select number, name, digest from migration order by number"

REMEMBER = "insert into migration (number, name, digest) values ($1, $2, $3)"


async def _apply(connection: Connection, steps: list[Migration]) -> list[str]:
    await connection.execute(REMEMBER_TABLE)
    done = {row["number"]: row for row in await connection.fetch(APPLIED)}
    _check(done.values(), {step.number: step for step in steps})
    missing = [step for step in steps if step.number not in done]
    if missing and missing[0].number < max(done, default=0):
        raise MigrationError(
            f"The migration {missing[0].name} is older than what this database already has. "
            "Schemas go forward only: give it the next free number."
        )
    for step in missing:
        async with connection.transaction():
            await connection.execute(step.sql)
            await connection.execute(REMEMBER, step.number, step.name, step.digest)
    return [step.name for step in missing]


def _check(done: Iterable[asyncpg.Record], steps: dict[int, Migration]) -> None:
    for row in done:
        step = steps.get(row["number"])
        if step is None:
            raise MigrationError(
                f"The database has migration {row['name']}, which this version does not know; "
                "run a version at least as new as the one that migrated it."
            )
        if step.digest != row["digest"]:
            raise MigrationError(
                f"The migration {step.name} has changed since it was applied as {row['name']}. "
                "Restore the file, and put the change into a new migration."
            )
