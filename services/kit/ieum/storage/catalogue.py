"""The centre's programmes, as this agency last read them from the catalogue."""

import structlog
from asyncpg import Connection
from pydantic import ValidationError

from ieum_contracts.address import Address
from ieum_contracts.programme import ProgrammePublished

_log = structlog.get_logger(__name__)

_READ = "select p.address, c.body from catalogue c join peer p on p.id = c.peer"


async def read_programmes(connection: Connection) -> dict[tuple[Address, str], ProgrammePublished]:
    """Load every published programme, by agency and programme id."""
    programmes: dict[tuple[Address, str], ProgrammePublished] = {}
    for row in await connection.fetch(_READ):
        try:
            body = ProgrammePublished.model_validate_json(row["body"])
        except ValidationError:  # a newer instance of this agency understood it
            _log.warning("catalogue.not-understood", agency=row["address"])
            continue
        programmes[Address.parse(row["address"]), body.programme] = body
    return programmes
