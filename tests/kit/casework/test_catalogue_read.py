"""The centre's programmes as they are read back: also by an older instance, and without wasting numbers."""

import pytest

from ieum.delivery.streams.peers import Peers
from ieum.storage.catalogue import read_programmes
from ieum_contracts.address import Address
from tests.kit.casework.agencies import RECIPIENT, SENDER
from tests.kit.casework.database_world import Office

pytestmark = pytest.mark.stack
PUT = "insert into catalogue (peer, id, version, body) values ($1, $2, 1, $3)"
NEWER = b'{"programme": "welfare-counselling", "documents": ["a-paper-of-the-future"]}'


async def test_what_a_newer_instance_has_kept_stops_no_older_one(api_context: Office) -> None:
    async with api_context.database.acquire() as connection:
        known = await read_programmes(connection)
        await connection.execute(PUT, api_context.handler.peers.number(RECIPIENT), "programme:newer", NEWER)
        assert await read_programmes(connection) == known
        await connection.execute("delete from catalogue where id = 'programme:newer'")


async def test_who_is_known_costs_no_number_at_another_start(api_context: Office) -> None:
    async with api_context.database.acquire() as connection:
        for _ in range(5):
            await Peers().know(connection, [RECIPIENT])
        new = Address(RECIPIENT.centre, "a-new-agency")
        peers = Peers()
        await peers.know(connection, [new])
    assert peers.number(new) == max(map(api_context.handler.peers.number, (SENDER, RECIPIENT))) + 1
