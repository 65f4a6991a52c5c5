"""Reads what one agency knows of the room of the centre's programmes, and how many inquiries it keeps."""

from typing import NamedTuple

from ieum.centre.postgres import Connection


class RoomOf(NamedTuple):
    """A programme of which the room is known, by the address of its agency."""

    owner: str
    programme: str


ROOM = """
select peer.address, capacity.programme, capacity.version
from capacity join peer on peer.id = capacity.peer
"""


async def read_room(connection: Connection) -> dict[RoomOf, int]:
    """Return the version that is known of each programme's room, its own included."""
    return {RoomOf(*row[:2]): row[2] for row in await connection.fetch(ROOM)}


INQUIRIES = "select count(*) from inquiry where asked_here"


async def count_inquiries(connection: Connection) -> int:
    """Return how many inquiries this agency has made and still keeps."""
    number: int = await connection.fetchval(INQUIRIES)
    return number
