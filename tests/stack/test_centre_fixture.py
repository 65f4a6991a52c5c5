"""The fixtures themselves: centres of one run share the servers and nothing else."""

import asyncio

import asyncpg
import pytest

from ieum.testing.plugin import MakeCentre

pytestmark = pytest.mark.stack


async def test_a_test_has_a_centre_of_its_own(make_centre: MakeCentre) -> None:
    first, second = await asyncio.gather(make_centre(), make_centre("veterans-center"))

    assert first.id != second.id
    assert tuple(second.centre.agencies) == ("veterans-center",)


async def test_an_agency_may_write_the_migrated_tables(make_centre: MakeCentre) -> None:
    centre = await make_centre()

    connection = await asyncpg.connect(centre.access("employment-center").dsn)
    await connection.execute("insert into peer (address) values ('/somewhere/else')")
    assert await connection.fetchval("select count(*) from migration") > 0
    await connection.close()
