"""Two bare agencies, alpha and beta, of a centre of their own: running, and shared by a module's tests."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest_asyncio

from ieum_lab.embedded.stack import Stack
from ieum_lab.testing.centre import CentreUnderTest, Template, end_centre, new_centre
from tests.kit.delivery.agencies import Bare, close, open_bare


@dataclass(frozen=True)
class Pair:
    """Two agencies and the centre that they belong to."""

    centre: CentreUnderTest
    alpha: Bare
    beta: Bare


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def resting(stack: Stack, database_template: Template) -> AsyncIterator[Pair]:
    """Give two agencies that do not run yet."""
    centre = await new_centre(stack, database_template, ("alpha", "beta"))
    alpha, beta = [await open_bare(centre, agency) for agency in ("alpha", "beta")]
    yield Pair(centre, alpha, beta)
    await close(alpha, beta)
    await end_centre(centre)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def pair(resting: Pair) -> Pair:
    """Give two agencies that run."""
    await resting.alpha.start()
    await resting.beta.start()
    return resting
