"""Healthy is who makes progress: a broker that is away is named, and a password that was changed is found.

A consumer that has lost its broker still has its partitions, and aiokafka never says that a login is refused.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from ieum.centre.broker import Broker
from ieum.centre.postgres import connect_admin, set_password
from ieum.delivery.sending.leadership import LOCK
from ieum_lab.embedded.stack import Stack
from tests.kit.delivery.agencies import Bare, limited, new_keys, quiet, until
from tests.kit.delivery.conftest import Pair

pytestmark = [pytest.mark.stack, pytest.mark.slow, pytest.mark.timeout(400)]

HEAL_SECONDS_MAX = 120.0
UNSEEN, UNSENT = "Kafka has not said for", "Kafka has taken nothing from the relay for"
CUT = "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1"
END_LEADER = """
select pg_terminate_backend(l.pid) from pg_locks l join pg_database d on d.oid = l.database
where l.locktype = 'advisory' and l.objid = $1 and d.datname = current_database()
"""


@pytest_asyncio.fixture(loop_scope="session")
async def watched(resting: Pair) -> AsyncIterator[Pair]:
    """Give two agencies that tell after seconds what does not move."""
    with limited(resting.alpha, resting.beta, look_seconds=0.5, unseen_seconds=3.0):
        await resting.alpha.start()
        await resting.beta.start()
        yield resting
        await resting.alpha.stop()
        await resting.beta.stop()


async def told(agency: Bare, *beginnings: str) -> None:
    """Wait until health names each of these problems."""

    async def named() -> bool:
        assert agency.delivery is not None
        problems = await agency.delivery.problems()
        return all(any(each.startswith(beginning) for each in problems) for beginning in beginnings)

    await until(named, HEAL_SECONDS_MAX)


async def healthy(*agencies: Bare) -> None:
    """Wait until health names nothing."""

    async def well() -> bool:
        return not any([await each.delivery.problems() for each in agencies if each.delivery])

    await until(well, HEAL_SECONDS_MAX)


async def test_a_broker_that_is_away_is_named_by_who_reads_and_by_who_sends(
    stack: Stack, watched: Pair
) -> None:
    alpha, beta = watched.alpha, watched.beta
    keys = new_keys(5)
    stack.kafka.freeze()
    try:
        await alpha.say(beta.address, keys)
        await told(beta, UNSEEN)
        await told(alpha, UNSEEN, UNSENT)
    finally:
        stack.kafka.thaw()
    await healthy(alpha, beta)
    await quiet(alpha, beta, keys=keys, seconds=HEAL_SECONDS_MAX)


async def test_who_no_longer_leads_does_not_answer_for_the_broker(stack: Stack, watched: Pair) -> None:
    alpha, beta = watched.alpha, watched.beta
    keys = new_keys(5)
    settings = alpha.settings
    leader = await asyncpg.connect(
        settings.database_dsn.get_secret_value(), password=settings.database_secret()
    )
    try:
        stack.kafka.freeze()
        try:
            await alpha.say(beta.address, keys)
            await told(alpha, UNSENT)
            await take_lead(leader)
        finally:
            stack.kafka.thaw()
        await healthy(alpha, beta)
    finally:
        await leader.close()
    await quiet(alpha, beta, keys=keys, seconds=HEAL_SECONDS_MAX)


async def take_lead(connection: asyncpg.Connection) -> None:
    """Take an agency's lock from the process that leads, as another process does after a lost connection."""
    while not await connection.fetchval("select pg_try_advisory_lock($1)", LOCK):
        await connection.fetch(END_LEADER, LOCK)


async def rotate(stack: Stack, pair: Pair, agency: Bare, password: str) -> None:
    """Change both passwords of an agency at the servers, and end the connections made with the old ones."""
    access = pair.centre.access(agency.address.agency)
    Broker(pair.centre.settings).set_logins({agency.settings.kafka_username: password})
    database = await connect_admin(pair.centre.settings)
    await set_password(database, access.database, password)
    await database.fetch(CUT, access.database)
    await database.close()
    await asyncio.to_thread(stack.kafka.kill)
    await asyncio.to_thread(stack.kafka.again)


def hand_in(pair: Pair, agency: Bare, password: str) -> None:
    """Write a new password into the files that the agency was given."""
    hand_in_to_kafka(pair, agency, password)
    Path(pair.centre.access(agency.address.agency).database_password_file).write_text(password)


def hand_in_to_kafka(pair: Pair, agency: Bare, password: str) -> None:
    """Write a new password for the broker alone."""
    Path(pair.centre.access(agency.address.agency).kafka_password_file).write_text(password)


async def test_a_password_that_comes_after_the_start_has_begun_is_used(stack: Stack, watched: Pair) -> None:
    """An agency that starts while its password is being changed needs no second start."""
    alpha, beta = watched.alpha, watched.beta
    await beta.stop()
    Broker(watched.centre.settings).set_logins({beta.settings.kafka_username: "the-next-password"})
    with capture_logs() as logs:
        starting = asyncio.create_task(beta.start())

        async def is_refused() -> bool:
            return "consumer.broker-away" in [each["event"] for each in logs]

        await until(is_refused)
        hand_in_to_kafka(watched, beta, "the-next-password")
        await starting
    keys = new_keys(5)
    await alpha.say(beta.address, keys)
    await quiet(alpha, beta, keys=keys, seconds=HEAL_SECONDS_MAX)


async def test_a_password_that_was_changed_is_read_anew_for_each_connection(
    stack: Stack, watched: Pair
) -> None:
    alpha, beta = watched.alpha, watched.beta
    await rotate(stack, watched, beta, "another-password")
    await told(beta, UNSEEN, "The database refuses the agency's login")
    hand_in(watched, beta, "another-password")
    await healthy(alpha, beta)
    keys = new_keys(5)
    await alpha.say(beta.address, keys)
    await quiet(alpha, beta, keys=keys, seconds=HEAL_SECONDS_MAX)
