"""The centre's programmes as this agency last heard of them."""

from asyncpg import Connection

from ieum_contracts.address import Address
from ieum_contracts.programme import ProgrammePublished

_READ = "select p.address, c.body from catalogue c join peer p on p.id = c.peer"


async def read_programmes(connection: Connection) -> dict[tuple[Address, str], ProgrammePublished]:
    """Read every programme that any agency has published, by agency and programme id."""
    programmes: dict[tuple[Address, str], ProgrammePublished] = {}
    for row in await connection.fetch(_READ):
        body = ProgrammePublished.model_validate_json(row["body"])
        programmes[Address.parse(row["address"]), body.programme] = body
    return programmes
