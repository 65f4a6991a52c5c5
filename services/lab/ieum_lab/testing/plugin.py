"""Pytest fixtures: `stack` (once a run) and `make_centre` (a separate centre for every test)."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest
import pytest_asyncio

from ieum_lab.embedded.stack import Stack
from ieum_lab.testing.centre import CentreUnderTest, Template, end_centre, make_template, new_centre
from ieum_lab.testing.runs import ended_runs, new_run_folder

MakeCentre = Callable[..., Awaitable[CentreUnderTest]]


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """Start one real Kafka and PostgreSQL for the whole run, in a temporary folder; killed at its end."""
    for folder in ended_runs():
        Stack(folder).discard()
    stack = Stack(new_run_folder(), durable=False)
    stack.start()
    try:
        yield stack
    finally:
        stack.discard()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def database_template(stack: Stack) -> Template:
    """Make the template database: migrated once, and copied for every agency of every test."""
    return await make_template(stack)


@pytest_asyncio.fixture(loop_scope="session")
async def make_centre(stack: Stack, database_template: Template) -> AsyncIterator[MakeCentre]:
    """Return a function that makes centres: call it with ids of agencies and await a `CentreUnderTest`.

    Each has a name, topics, logins, access lists and databases of its own on the shared servers, and is
    gone after the test. Without arguments it has the agencies of `ieum_lab.testing.centre.AGENCIES`.
    """
    made: list[CentreUnderTest] = []

    async def make(*agencies: str) -> CentreUnderTest:
        made.append(await new_centre(stack, database_template, agencies))
        return made[-1]

    yield make
    for centre in made:
        await end_centre(centre)
