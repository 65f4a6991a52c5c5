"""What is done to whole agencies and their mailboxes: away, truncated, remade, more partitions, passwords."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import Future
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from random import Random
from typing import TypeVar

from confluent_kafka import KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, NewPartitions

from ieum.centre.apply import apply
from ieum.centre.broker import Broker
from ieum.centre.broker_login import connection_settings
from ieum.centre.postgres import set_password
from ieum_contracts.address import Address
from ieum_contracts.topics import STREAM_FAMILIES, Family, topic_of
from ieum_lab.testing.exporting_topics import export_mailboxes
from ieum_lab.testing.history import Removed
from tests.chaos.relays import no_relay
from tests.chaos.scene import KAFKA, Scene

ANSWER_SECONDS_MAX = 20
PARTITIONS_MORE = 3
SENT_SECONDS = 1.0
"""After which what a relay had given to its producer is in the mailbox, or not sent."""
Answer = TypeVar("Answer")
Place = tuple[str, int]
"""A family and a partition of it."""


async def agency_away(scene: Scene, random: Random) -> str:
    """Kill every instance of an agency, and start them again later: its peers go on without it."""
    me, seconds = random.choice(scene.addresses), random.uniform(5, 30)
    async with away(scene, me):
        await asyncio.sleep(seconds)
    return f"{me.agency} for {seconds:.0f} s"


async def truncate_mailboxes(scene: Scene, random: Random) -> str:
    """Delete what lies in an agency's mailboxes, unread, while it is away: its peers have to say it again.

    Raises OSError when all had been read, for then nothing was lost.
    """
    me = random.choice(scene.addresses)
    async with away(scene, me):
        await asyncio.sleep(random.uniform(2, 8))
        read = await scene.positions(me)
        carried = [each async for each in export_mailboxes(scene.centre.settings, [me])]
        ends = {(each.stream.family, each.partition): each.offset + 1 for each in carried}
        begins = await asyncio.to_thread(_truncate, scene, me, ends)

        def gone(at: str, place: Place, offset: int, first: int = 0) -> bool:
            return at == str(me) and first <= offset < begins.get(place, 0)

        scene.removed += [
            Removed(each.stream, each.sequence)
            for each in carried
            if gone(str(me), (each.stream.family, each.partition), each.offset)
        ]
        scene.injected = [
            each
            for each in scene.injected
            if not gone(each.at, place := (each.family, each.partition), each.offset, read.get(place, 0))
        ]
        unread = sum(max(0, begin - read.get(place, 0)) for place, begin in begins.items())
    return _unread(me, unread)


async def remake_mailboxes(scene: Scene, random: Random) -> str:
    """Delete all mailboxes of an agency while it is away, and make them anew: their offsets begin at 0 again.

    Raises OSError when all had been read, for then nothing was lost.
    """
    me = random.choice(scene.addresses)
    async with away(scene, me):
        await asyncio.sleep(random.uniform(2, 8))
        async with AsyncExitStack() as nothing_sent:  # else what comes after the reading would be gone unseen
            for peer in scene.addresses:
                await nothing_sent.enter_async_context(no_relay(scene, peer))
            await asyncio.sleep(SENT_SECONDS)
            read = await scene.positions(me)
            carried = [each async for each in export_mailboxes(scene.centre.settings, [me])]
            scene.removed += [Removed(each.stream, each.sequence) for each in carried]
            scene.injected = [
                each
                for each in scene.injected
                if each.at != str(me)
                or (each.must != "count-once" and each.offset < read.get((each.family, each.partition), 0))
            ]
            await asyncio.to_thread(_delete_mailboxes, scene, me)
        await asyncio.sleep(random.uniform(1, 5))
        await apply(scene.centre.centre, scene.centre.settings)  # or at the end, where that fails
    unread = sum(each.offset >= read.get((each.stream.family, each.partition), 0) for each in carried)
    return _unread(me, unread)


def _unread(me: Address, records: int) -> str:
    """Say what was lost unread; raises OSError when nothing was."""
    if not records:
        raise OSError(f"Everything at {me.agency} had been read.")
    return f"{records} unread records of {me.agency}"


async def add_partitions(scene: Scene, random: Random) -> str:
    """Give all mailboxes of an agency more partitions, as an administrator may by mistake."""
    me = random.choice(scene.addresses)
    topics = [topic_of(me, family) for family in STREAM_FAMILIES]

    def add() -> int:
        admin = _admin(scene)
        known = admin.list_topics(timeout=ANSWER_SECONDS_MAX).topics
        more = [NewPartitions(topic, len(known[topic].partitions) + PARTITIONS_MORE) for topic in topics]
        for future in admin.create_partitions(more).values():
            _answer(future)
        return more[0].new_total_count

    return f"{await asyncio.to_thread(add)} partitions for each mailbox of {me.agency}"


async def rotate_passwords(scene: Scene, random: Random) -> str:
    """Change both passwords of an agency, hand them in, and end its sessions with the database.

    Raises OSError when it had none.
    """
    async with scene.turns[KAFKA]:  # after a restore, Kafka has to know who asks
        return await _new_passwords(scene, random.choice(scene.addresses), secrets.token_hex(16))


async def _new_passwords(scene: Scene, me: Address, password: str) -> str:
    access = scene.centre.access(me.agency)
    await asyncio.to_thread(Broker(scene.centre.settings).set_logins, {access.kafka_username: password})
    access.kafka_password_file.write_text(password)
    async with scene.database(me) as connection:
        await set_password(connection, access.database, password)
        access.database_password_file.write_text(password)
        ended = await connection.fetch(_END_SESSIONS, access.database)
    if not ended:
        raise OSError(f"{me.agency} has no session with its database.")
    return f"of {me.agency}; {len(ended)} sessions ended"


_END_SESSIONS = "select pg_terminate_backend(pid) from pg_stat_activity where usename = $1"


@asynccontextmanager
async def away(scene: Scene, me: Address) -> AsyncIterator[None]:
    """Kill the instances of an agency as long as the block lasts; what they had begun ends with them."""
    instances = scene.services[me.agency]
    async with scene.turns[me.agency]:
        await asyncio.gather(*(asyncio.to_thread(each.kill) for each in instances))
        try:
            async with scene.database(me) as connection:
                await connection.fetch(_END_SESSIONS, scene.centre.access(me.agency).database)
            yield
        finally:
            await asyncio.gather(*(asyncio.to_thread(each.start) for each in instances))


def _truncate(scene: Scene, me: Address, ends: Mapping[Place, int]) -> dict[Place, int]:
    """Delete the records before these offsets of an agency's mailboxes; returns where each begins now."""
    admin, begins = _admin(scene), {}  # the answers come as long as the client lives
    wanted = {
        TopicPartition(topic_of(me, Family(family)), partition, end): (family, partition)
        for (family, partition), end in ends.items()
    }
    for where, future in admin.delete_records([*wanted]).items():
        with suppress(OSError):  # a partition whose broker is away keeps what it has
            begins[wanted[where]] = _answer(future).low_watermark
    return begins


def _delete_mailboxes(scene: Scene, me: Address) -> None:
    admin = _admin(scene)
    topics = [topic_of(me, family) for family in (*STREAM_FAMILIES, Family.DELIVERY)]
    for future in admin.delete_topics(topics, operation_timeout=ANSWER_SECONDS_MAX).values():
        _answer(future)
    until = time.monotonic() + ANSWER_SECONDS_MAX
    while any(topic in admin.list_topics(timeout=ANSWER_SECONDS_MAX).topics for topic in topics):
        if time.monotonic() > until:
            raise OSError("The mailboxes were not deleted in time.")
        time.sleep(0.2)


def _admin(scene: Scene) -> AdminClient:
    settings = scene.centre.settings
    login = settings.kafka_admin_username, settings.kafka_admin_secret()
    return AdminClient(connection_settings(settings, *login))


def _answer(future: "Future[Answer]") -> Answer:
    """Return what the broker answers; raises OSError where it refuses."""
    try:
        return future.result(timeout=ANSWER_SECONDS_MAX)
    except KafkaException as error:
        raise OSError(str(error.args[0])) from error
