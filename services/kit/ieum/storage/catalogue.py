"""The centre's programmes and their room, as this agency last read them from the catalogue."""

from typing import TypeVar

import structlog
from asyncpg import Connection
from pydantic import ValidationError

from ieum_contracts.address import Address
from ieum_contracts.capacity import CapacityChanged
from ieum_contracts.programme import ProgrammePublished

_log = structlog.get_logger(__name__)

_READ = "select p.address, c.body from catalogue c join peer p on p.id = c.peer"
_READ_CAPACITIES = "select p.address, c.body from capacity c join peer p on p.id = c.peer"

Body = TypeVar("Body", ProgrammePublished, CapacityChanged)


async def read_programmes(connection: Connection) -> dict[tuple[Address, str], ProgrammePublished]:
    """Load every published programme, by agency and programme id."""
    return await _read(connection, _READ, ProgrammePublished)


async def read_capacities(connection: Connection) -> dict[tuple[Address, str], CapacityChanged]:
    """Load what is known of programmes' room, by agency and programme id."""
    return await _read(connection, _READ_CAPACITIES, CapacityChanged)


async def _read(connection: Connection, query: str, model: type[Body]) -> dict[tuple[Address, str], Body]:
    found: dict[tuple[Address, str], Body] = {}
    for row in await connection.fetch(query):
        try:
            body = model.model_validate_json(row["body"])
        except ValidationError:  # a newer instance of this agency understood it
            _log.warning("catalogue.not-understood", agency=row["address"])
            continue
        found[Address.parse(row["address"]), body.programme] = body
    return found
