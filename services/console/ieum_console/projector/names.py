"""The numbers of agencies and event types in the console's tables; a new name gets the next one."""

from collections.abc import Iterable, Mapping

from asyncpg import Connection

NAMES_MAX = 4_096
"""Agencies and types are few; a topic full of made-up types would not be."""
OTHER_TYPE = "other"


class Names:
    """Known names. What was added in a transaction that failed is forgotten by `forget`."""

    def __init__(self) -> None:
        self.agencies: dict[str, int] = {}
        self.types: dict[str, int] = {}

    async def learn(self, connection: Connection, agencies: Iterable[str], types: Iterable[str]) -> None:
        """Know these names, in the caller's transaction."""
        new = set(agencies) - self.agencies.keys()
        if new:
            self.agencies |= await _numbers(connection, ADD_AGENCIES, AGENCIES, sorted(new))
        new = set(types) - self.types.keys()
        if new and len(self.types) < NAMES_MAX:
            wanted = sorted({*new, OTHER_TYPE})
            self.types |= await _numbers(connection, ADD_TYPES, TYPES, wanted)

    def type(self, name: str) -> int:
        """Return the number of a type; beyond NAMES_MAX types all further ones share one."""
        return self.types.get(name) or self.types[OTHER_TYPE]

    def forget(self) -> None:
        """Know nothing: a transaction was rolled back."""
        self.agencies.clear()
        self.types.clear()


ADD_AGENCIES = "insert into agency (name) select unnest($1::text[]) on conflict (name) do nothing"

AGENCIES = "select name, id from agency where name = any($1::text[])"

ADD_TYPES = "insert into event_type (name) select unnest($1::text[]) on conflict (name) do nothing"

TYPES = "select name, id from event_type where name = any($1::text[])"


ALL_TYPES = "select name from event_type order by id limit $1"


async def read_types(connection: Connection) -> list[str]:
    """Return all types that have a number."""
    return [row["name"] for row in await connection.fetch(ALL_TYPES, NAMES_MAX)]


async def _numbers(connection: Connection, add: str, read: str, names: list[str]) -> Mapping[str, int]:
    known = {row["name"]: row["id"] for row in await connection.fetch(read, names)}
    if len(known) < len(names):
        await connection.execute(add, [name for name in names if name not in known])
        known = {row["name"]: row["id"] for row in await connection.fetch(read, names)}
    return known
