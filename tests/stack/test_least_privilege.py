"""What the broker and the database refuse: no login, another's mailbox, one's own mailbox, another's rows."""

from collections.abc import Callable, Coroutine

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    KafkaConnectionError,
    TopicAuthorizationFailedError,
)

from ieum.centre.broker_login import is_let_in
from ieum.centre.credentials import AgencyAccess
from ieum_contracts.topics import Family, topic_of
from ieum_lab.embedded.stack import Stack
from ieum_lab.testing.centre import CentreUnderTest
from ieum_lab.testing.plugin import MakeCentre

pytestmark = pytest.mark.stack

EMPLOYMENT, WELFARE = "employment-center", "city-welfare-team"


def arguments(access: AgencyAccess) -> dict[str, str]:
    return {
        "bootstrap_servers": access.kafka_bootstrap,
        "security_protocol": access.kafka_protocol,
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": access.kafka_username,
        "sasl_plain_password": access.kafka_password,
    }


async def write(access: AgencyAccess, topic: str) -> None:
    async with AIOKafkaProducer(**arguments(access), enable_idempotence=True) as producer:
        await producer.send_and_wait(topic, b"{}", key=b"synthetic")


async def read_one(access: AgencyAccess, topic: str) -> bytes | None:
    consumer = AIOKafkaConsumer(**arguments(access), auto_offset_reset="earliest")
    async with consumer:
        partitions = [TopicPartition(topic, number) for number in range(6)]
        consumer.assign(partitions)
        found = await consumer.getmany(timeout_ms=5000)
        return next((record.value for records in found.values() for record in records), None)


async def join(access: AgencyAccess, topic: str, group: str) -> None:
    consumer = AIOKafkaConsumer(topic, **arguments(access), group_id=group)
    try:
        await consumer.start()
        await consumer.getmany(timeout_ms=2000)
    finally:
        await consumer.stop()


async def test_an_agency_writes_to_another_and_that_one_reads_it(make_centre: MakeCentre) -> None:
    centre = await make_centre(EMPLOYMENT, WELFARE)
    mailbox = topic_of(centre.address(WELFARE), Family.REFERRAL)

    await write(centre.access(EMPLOYMENT), mailbox)

    assert await read_one(centre.access(WELFARE), mailbox) == b"{}"


async def test_mailboxes_are_read_by_their_owner_and_written_by_the_others(make_centre: MakeCentre) -> None:
    centre = await make_centre(EMPLOYMENT, WELFARE)
    own = topic_of(centre.address(EMPLOYMENT), Family.REFERRAL)
    theirs = topic_of(centre.address(WELFARE), Family.REFERRAL)
    access = centre.access(EMPLOYMENT)
    refused: list[Callable[[], Coroutine[None, None, object]]] = [
        lambda: write(access, own),
        lambda: write(access, topic_of(centre.address(WELFARE), Family.CATALOGUE)),
        lambda: read_one(access, theirs),
    ]

    for attempt in refused:
        with pytest.raises(TopicAuthorizationFailedError):
            await attempt()
    with pytest.raises(GroupAuthorizationFailedError):
        await join(access, own, centre.access(WELFARE).kafka_username)


async def test_one_centre_cannot_write_into_another(make_centre: MakeCentre) -> None:
    here, there = await make_centre(EMPLOYMENT, WELFARE), await make_centre(EMPLOYMENT, WELFARE)

    with pytest.raises(TopicAuthorizationFailedError):
        await write(here.access(EMPLOYMENT), topic_of(there.address(WELFARE), Family.REFERRAL))


async def test_a_wrong_kafka_password_is_refused(make_centre: MakeCentre) -> None:
    centre = await make_centre(EMPLOYMENT)
    username = centre.access(EMPLOYMENT).kafka_username

    assert is_let_in(centre.settings, username, centre.access(EMPLOYMENT).kafka_password)
    assert not is_let_in(centre.settings, username, "wrong")


async def test_nobody_is_let_in_without_a_login(make_centre: MakeCentre) -> None:
    centre = await make_centre(EMPLOYMENT)
    producer = AIOKafkaProducer(bootstrap_servers=centre.settings.kafka_bootstrap, request_timeout_ms=2000)

    with pytest.raises(KafkaConnectionError):
        await producer.start()
    await producer.stop()


def dsn(centre: CentreUnderTest, agency: str, *, password: str, database: str) -> str:
    access = centre.access(agency)
    return f"postgresql://{access.database}:{password}@{access.database_location}/{database}"


async def refusal(address: str) -> type[Exception]:
    with pytest.raises(asyncpg.PostgresError) as caught:
        await asyncpg.connect(address)
    return caught.type


async def test_a_role_enters_its_own_database_alone(make_centre: MakeCentre) -> None:
    centre = await make_centre(EMPLOYMENT, WELFARE)
    own, theirs = centre.access(EMPLOYMENT), centre.access(WELFARE)
    password = own.database_password_file.read_text()

    connection = await asyncpg.connect(own.dsn)
    assert await connection.fetchval("select count(*) from migration") > 0
    await connection.close()

    for database in (theirs.database, "postgres", "template1"):
        entrance = dsn(centre, EMPLOYMENT, password=password, database=database)
        assert await refusal(entrance) is asyncpg.InsufficientPrivilegeError
    wrong = dsn(centre, EMPLOYMENT, password="wrong", database=own.database)
    assert await refusal(wrong) is asyncpg.InvalidPasswordError


async def test_a_role_can_make_no_roles_and_no_databases(make_centre: MakeCentre) -> None:
    centre = await make_centre(EMPLOYMENT)
    connection = await asyncpg.connect(centre.access(EMPLOYMENT).dsn)

    for statement in ("create role another", "create database another", "alter system set jit = on"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    await connection.close()


async def test_passwords_are_readable_by_their_owner_alone(stack: Stack, make_centre: MakeCentre) -> None:
    centre = await make_centre(EMPLOYMENT)
    holders = [
        *centre.settings.secrets_folder.glob("*/*"),
        stack.state.folder / "stack.json",
        stack.state.folder / "kafka" / "server.properties",
    ]

    assert {path.name: oct(path.stat().st_mode & 0o777) for path in holders} == {
        path.name: "0o600" for path in holders
    }
    assert len(holders) == 2 * len((EMPLOYMENT, "console")) + 2, (
        "a password at each server, and the stack's own"
    )
