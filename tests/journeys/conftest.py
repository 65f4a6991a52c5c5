"""The living centre of the journeys: started once, and shared by tests that leave it as they found it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from ieum.centre.centre_file import read_centre
from ieum_lab.embedded.stack import Stack
from ieum_lab.simulator.simulated_centre import SimulatedCentre
from ieum_lab.testing.centre import Template, end_centre, new_centre
from tests.journeys.living import ROOT, Living, write_centre_file


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def living(
    stack: Stack, database_template: Template, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Living]:
    """Start the six agencies of the centre's file as processes of their own."""
    agencies = tuple(read_centre(ROOT / "infra" / "centre.toml").agencies)
    under_test = await new_centre(stack, database_template, agencies)
    path: Path = tmp_path_factory.mktemp("centre") / "centre.toml"
    centre = Living(stack, under_test, write_centre_file(path, under_test))
    try:
        await centre.start(*agencies)
        yield centre
    finally:
        await centre.stop()
        await end_centre(under_test)


@pytest_asyncio.fixture(loop_scope="session")
async def simulated(living: Living) -> AsyncIterator[SimulatedCentre]:
    """Open the six desks."""
    async with living.simulated() as opened:
        yield opened
