"""Ways in which one place breaks: a third agency's mailbox, its events, or what waits for it."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

import asyncpg
from confluent_kafka import KafkaException, Producer
from confluent_kafka.admin import AdminClient, NewTopic

from bench.breaking_rows import FORGET_PARKED, PARK_DUE, PARK_LARGE, PEER, SAY, STILL_DUE, STREAM, TO_BE_SENT
from bench.cases import RECIPIENT, SENDER
from ieum.delivery.records.partitions import partition_of
from ieum_contracts import envelope
from ieum_contracts.catalogue import EVENT_TYPES
from ieum_contracts.envelope import Envelope
from ieum_contracts.topics import MAILBOX_PARTITIONS, Family, topic_of
from ieum_lab.embedded.kafka import admin_settings
from ieum_lab.embedded.stack import Stack
from ieum_lab.testing.centre import CentreUnderTest

THIRD = "microfinance-center"
TYPE = "referral.received.v1"
WAITING, WAITING_MANY, GARBAGE, LARGE, DUE = 2_000, 30_000, 5_000, 400, 1_000
LARGE_BYTES = 250_000
TOPIC_SECONDS_MAX = 20.0


class Broken:
    """One centre of three agencies, and what is done to it."""

    def __init__(self, stack: Stack, under_test: CentreUnderTest) -> None:
        self.under_test = under_test
        self.settings = admin_settings(stack.state.record())
        self.key = uuid4()

    def run(self, agency: str, statement: str, *arguments: object) -> int:
        """Run a statement in an agency's database; returns its first value, 0 where there is none."""
        return asyncio.run(self._run(agency, statement, arguments))

    async def _run(self, agency: str, statement: str, arguments: Sequence[object]) -> int:
        connection = await asyncpg.connect(self.under_test.access(agency).dsn)
        try:
            return int(await connection.fetchval(statement, *arguments, timeout=60) or 0)
        finally:
            await connection.close()

    def third(self, agency: str) -> int:
        """Return the third agency's number at an agency."""
        return self.run(agency, PEER, str(self.under_test.address(THIRD)))

    def mailbox(self, agency: str) -> str:
        """Return the name of an agency's topic of referrals."""
        return topic_of(self.under_test.address(agency), Family.REFERRAL)

    def headers(self, key: UUID, sequence: int = 1) -> list[tuple[str, str | bytes | None]]:
        """Return such headers as Kafka carries them."""
        return [*envelope.write(self.attributes(key, sequence))]

    def attributes(self, key: UUID, sequence: int = 1) -> Envelope:
        """Return the attributes of an event of the third agency for the recipient."""
        return Envelope(
            id=uuid4(),
            source=self.under_test.address(THIRD),
            type=TYPE,
            time=datetime.now(UTC),
            subject=str(key),
            recipient=self.under_test.address(RECIPIENT),
            dataschema=EVENT_TYPES[TYPE].dataschema,
            sequence=sequence,
            journey=uuid4(),
        )

    def kept(self) -> bytes:
        """Return such headers as a database keeps them."""
        return envelope.canonical(envelope.write(self.attributes(self.key)))


@dataclass(frozen=True, slots=True)
class Break:
    """A way of breaking: what it does, what mends it, and when nothing of it is left."""

    name: str
    breaks: Callable[[Broken], None]
    mends: Callable[[Broken], None]
    is_healed: Callable[[Broken], bool]


def _nothing(_: Broken) -> None:
    """Mend nothing: it goes by itself."""


def _waits_for_the_third(broken: Broken, events: int) -> None:
    broken.run(SENDER, SAY, broken.third(SENDER), events, broken.kept())


def _nothing_to_send(broken: Broken) -> bool:
    return broken.run(SENDER, TO_BE_SENT, broken.third(SENDER)) == 0


def _remove_mailbox(broken: Broken) -> None:
    topic, admin = broken.mailbox(THIRD), AdminClient(broken.settings)
    admin.delete_topics([topic])[topic].result(timeout=10)
    _waits_for_the_third(broken, WAITING)


def _make_mailbox(broken: Broken) -> None:
    topic, deadline = broken.mailbox(THIRD), time.monotonic() + TOPIC_SECONDS_MAX
    admin = AdminClient(broken.settings)
    while True:
        try:
            admin.create_topics([NewTopic(topic, MAILBOX_PARTITIONS, 1)])[topic].result(timeout=10)
        except KafkaException:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            return


def _write_garbage(broken: Broken) -> None:
    producer = Producer({**broken.settings, "linger.ms": 5})
    for number in range(GARBAGE):
        producer.produce(
            broken.mailbox(RECIPIENT), b"no event", partition=number % MAILBOX_PARTITIONS, headers=[]
        )
    producer.flush(30)


def _park_large(broken: Broken) -> None:
    peer = broken.third(RECIPIENT)
    broken.run(RECIPIENT, STREAM, broken.key, peer)
    broken.run(RECIPIENT, PARK_LARGE, broken.key, peer, broken.kept(), LARGE, LARGE_BYTES)
    producer = Producer({**broken.settings, "linger.ms": 5})
    key = str(broken.key).encode()
    for number in range(20):
        producer.produce(
            broken.mailbox(RECIPIENT),
            b"x" * LARGE_BYTES,
            key=key,
            partition=partition_of(key),
            headers=broken.headers(broken.key, LARGE + 2 + number),
        )
        producer.flush(10)


def _park_due(broken: Broken) -> None:
    broken.run(RECIPIENT, PARK_DUE, broken.third(RECIPIENT), broken.kept(), DUE)


def _nothing_due(broken: Broken) -> bool:
    return broken.run(RECIPIENT, STILL_DUE, broken.third(RECIPIENT)) == 0


def _forget_parked(broken: Broken) -> None:
    broken.run(RECIPIENT, FORGET_PARKED, broken.key)


BREAKS = (
    Break("a mailbox is gone, 2,000 events wait for it", _remove_mailbox, _make_mailbox, _nothing_to_send),
    Break(
        "30,000 events wait for one peer",
        lambda broken: _waits_for_the_third(broken, WAITING_MANY),
        _nothing,
        _nothing_to_send,
    ),
    Break("5,000 records that are no events", _write_garbage, _nothing, lambda _: True),
    Break("420 events of 250 kB behind a gap", _park_large, _forget_parked, lambda _: True),
    Break("1,000 events whose fold fails are due at once", _park_due, _nothing, _nothing_due),
)
