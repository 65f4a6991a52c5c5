"""What strangers do to mailboxes and outboxes: copies, records out of turn, losses, poison, large records."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from random import Random
from typing import Literal
from uuid import UUID, uuid4

from aiokafka import AIOKafkaProducer
from asyncpg import Record

from ieum.delivery.records.partitions import partition_of
from ieum.delivery.streams.stream import FAMILIES
from ieum_contracts import envelope
from ieum_contracts.address import Address
from ieum_contracts.envelope import Envelope
from ieum_contracts.topics import MAILBOX_PARTITIONS, Family, topic_of
from ieum_lab.testing.admin_connection import admin_connection
from ieum_lab.testing.history import STRANGER, HistoryStream, Injected, Removed
from tests.chaos.relays import no_relay
from tests.chaos.scene import Scene

PARKED_SECONDS_MAX = 60.0
LARGE_BYTES = 200_000
Must = Literal["count-once", "quarantined", "refused", "parked"]


@dataclass(frozen=True)
class Letter:
    """A record as it is put into a mailbox."""

    to: Address
    family: Family
    key: bytes
    headers: list[tuple[str, bytes]]
    value: bytes
    partition: int
    must: Must

    @property
    def digest(self) -> str:
        return envelope.digest(envelope.canonical(self.headers), self.value).hex()


_LATEST = """
select a.address as peer, l.key, l.family, l.sequence, l.headers, l.body
from (select * from ledger where said and body is not null order by at desc limit $1) l
join peer a on a.id = l.peer order by l.at desc, l.sequence desc
"""
_WAITING = """
select a.address as peer, l.key, l.family, l.sequence, l.headers, l.body
from outbox o join ledger l using (key, peer, family, sequence) join peer a on a.id = l.peer
where l.said order by o.id desc limit $1
"""


async def send_copies(scene: Scene, random: Random, count: int = 200) -> str:
    """Put the latest of what was said into the mailboxes again, in any order."""
    for me in scene.addresses:
        letters = [_copy(row) for row in await _said(scene, me, count)]
        random.shuffle(letters)
        await _send(scene, letters)
    return f"{count} copies from each"


async def send_backwards(scene: Scene, random: Random, count: int = 500) -> str:
    """Put what waits in the outbox into the mailboxes, the last first, before any relay can send it."""
    sent = 0
    for me in scene.addresses:
        async with no_relay(scene, me) as connection:
            await asyncio.sleep(random.uniform(0.5, 2.5))
            rows = await connection.fetch(_WAITING, count)
            await _send(scene, [_copy(row) for row in rows])
            sent += len(rows)
    return f"{sent} events backwards"


_TAKE = """
with taken as (
    delete from outbox where id = any(array(select id from outbox where not held order by random() limit $1))
    returning key, peer, family, sequence
)
select a.address as peer, t.key, t.family, t.sequence from taken t join peer a on a.id = t.peer
"""


async def take_from_outbox(scene: Scene, random: Random, count: int = 5) -> str:
    """Take what waits to be sent out of the outbox: the recipient has to miss it and ask for it."""
    me = random.choice(scene.addresses)
    async with no_relay(scene, me) as connection:
        await asyncio.sleep(random.uniform(0.5, 2.5))
        rows = await connection.fetch(_TAKE, count)
    for row in rows:
        stream = HistoryStream(str(me), row["peer"], FAMILIES[row["family"]], str(row["key"]))
        scene.removed.append(Removed(stream, row["sequence"]))
    return f"{len(rows)} rows taken at {me}"


async def send_poison(scene: Scene, random: Random, count: int = 40) -> str:
    """Put records that are wrong in every way into the mailboxes."""
    for me in scene.addresses:
        peer = next(address for address in scene.addresses if address != me)
        letters = [_poison(peer, me, random) for _ in range(count)]
        copies = [_copy(row) for row in await _said(scene, peer, count // 10)]
        await _send(scene, [*letters, *(_misplaced(letter, random) for letter in copies)])
    return f"{count} poisoned records to each"


_PARKED = "select count(*) from parked where key = $1"


async def send_large_behind_a_gap(scene: Scene, random: Random, count: int = 60) -> str:
    """Put large events into a mailbox under the name of a peer, behind a number that never comes.

    Raises OSError when they are not kept: then nobody had to work beside them.
    """
    peer, me = random.sample(scene.addresses, 2)
    key, journey = (UUID(int=random.getrandbits(128), version=4) for _ in range(2))
    letters = [_large(peer, me, key, journey, number) for number in range(2, count + 2)]
    await _send(scene, letters)
    async with scene.database(me) as connection, asyncio.timeout(PARKED_SECONDS_MAX):
        while await connection.fetchval(_PARKED, key) < count:
            await asyncio.sleep(0.5)
    return f"{count} of {LARGE_BYTES // 1000} kB each at {me.agency}"


def _large(source: Address, to: Address, key: UUID, journey: UUID, number: int) -> Letter:
    event = Envelope(
        id=uuid4(),
        source=source,
        type="referral.info-supplied.v1",
        time=datetime.now(UTC),
        subject=str(key),
        recipient=to,
        dataschema="urn:ieum:referral.info-supplied:1.0",
        sequence=number,
        journey=journey,
    )
    name, text = str(key).encode(), "시험용 글입니다. " * (LARGE_BYTES // 24)
    body = json.dumps({"note": text}, ensure_ascii=False).encode()
    return Letter(to, Family.REFERRAL, name, envelope.write(event), body, partition_of(name), "parked")


def _copy(row: Record) -> Letter:
    key = str(row["key"]).encode()
    to, family = Address.parse(row["peer"]), Family(FAMILIES[row["family"]])
    headers = [*envelope.from_canonical(row["headers"]), (STRANGER, b"copy")]
    return Letter(to, family, key, headers, row["body"], partition_of(key), "count-once")


def _misplaced(letter: Letter, random: Random) -> Letter:
    partition = (letter.partition + random.randint(1, MAILBOX_PARTITIONS - 1)) % MAILBOX_PARTITIONS
    return replace(letter, partition=partition, must="quarantined")


def _poison(source: Address, to: Address, random: Random) -> Letter:
    key = str(UUID(int=random.getrandbits(128), version=4))
    event = Envelope(
        id=UUID(int=random.getrandbits(128), version=4),
        source=source,
        type="referral.requested.v1",
        time=datetime.now(UTC),
        subject=key,
        recipient=to,
        dataschema="urn:ieum:referral.requested:1.0",
        sequence=1,
        journey=UUID(int=random.getrandbits(128), version=4),
    )
    plain = Letter(
        to, Family.REFERRAL, key.encode(), envelope.write(event), b"{", partition_of(key.encode()), "refused"
    )
    unknown = replace(event, type="referral.imagined.v1", dataschema="urn:ieum:referral.imagined:1.0")
    kinds = (
        plain,
        replace(plain, value=b'{"programme": 7}'),
        replace(plain, headers=envelope.write(unknown), must="parked"),
        replace(plain, headers=[], must="quarantined"),
        replace(plain, headers=[*plain.headers, ("ce_id", b"again")], must="quarantined"),
        replace(plain, headers=[*plain.headers[:-1], ("ce_type", b"\xff\xfe")], must="quarantined"),
        replace(plain, headers=[("ce_source", b"x" * 2000), *plain.headers], must="quarantined"),
        replace(plain, headers=envelope.write(replace(event, recipient=source)), must="quarantined"),
        replace(plain, key=b"another", must="quarantined"),
    )
    return random.choice(kinds)


async def _said(scene: Scene, me: Address, count: int) -> Sequence[Record]:
    async with scene.database(me) as connection:
        rows: Sequence[Record] = await connection.fetch(_LATEST, count)
    return rows


async def _send(scene: Scene, letters: Sequence[Letter]) -> None:
    """Send records, and note them: what the broker did not acknowledge may lie in a mailbox all the same."""
    scene.strange |= {letter.key.decode() for letter in letters if letter.must in {"refused", "parked"}}
    scene.may_wait |= {letter.digest for letter in letters if letter.must == "parked"}
    async with _producer(scene) as producer:
        sending = [
            await producer.send(
                topic_of(letter.to, letter.family),
                letter.value,
                key=letter.key,
                partition=letter.partition,
                headers=letter.headers,
            )
            for letter in letters
        ]
        for letter, future in zip(letters, sending, strict=True):
            written = await future
            scene.injected.append(
                Injected(
                    at=str(letter.to),
                    family=letter.family,
                    partition=written.partition,
                    offset=written.offset,
                    digest=letter.digest,
                    must=letter.must,
                )
            )


@asynccontextmanager
async def _producer(scene: Scene) -> AsyncIterator[AIOKafkaProducer]:
    connection = admin_connection(scene.centre.settings)
    producer = AIOKafkaProducer(**connection, acks="all", request_timeout_ms=20_000)
    try:
        await producer.start()
        yield producer
    finally:
        await producer.stop()
