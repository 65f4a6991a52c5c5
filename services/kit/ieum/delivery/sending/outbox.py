"""The outbox: numbers what the application says, and writes it to the ledger for the relay."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from asyncpg import Connection
from uuid_utils.compat import uuid7

from ieum.delivery.blocked.source_breaker import COMPARING, held_sources
from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.streams.batch_write import Rows
from ieum.delivery.streams.ledger import SAID, LedgerEntry
from ieum.delivery.streams.stream import (
    FAMILIES,
    FAMILY_NUMBERS,
    StreamKey,
    Streams,
    lock_streams,
)
from ieum.errors import IeumError, Transient
from ieum_contracts import envelope
from ieum_contracts.address import Address
from ieum_contracts.catalogue import EVENT_TYPES, dataschema_of, encode, type_of
from ieum_contracts.envelope import Envelope
from ieum_contracts.message import Say
from ieum_contracts.topics import Family


class StreamBlocked(IeumError):
    """Nothing may be said on a stream for now; `reason` is a code."""

    def __init__(self, reason: str, to: Address, family: Family, key: UUID) -> None:
        super().__init__(f"Nothing can be said to {to} on {family} {key} now ({reason}).")
        self.reason = reason
        self.to = to
        self.family = family
        self.key = key


@dataclass(frozen=True, slots=True)
class Cause:
    """What caused an event: another event or a request (`ce_causation`), and its trace."""

    id: str | None = None
    traceparent: str | None = None


class Outbox:
    """Writes one agency's events, inside transactions that others open and commit."""

    def __init__(self, context: DeliveryContext) -> None:
        self._me = context.me
        self._peers = context.peers
        self._standing = context.restore_check

    async def open(self, connection: Connection, keys: Collection[UUID]) -> "OutboxWriter":
        """Lock the streams of these keys, so that something may be said on them and on new keys.

        The caller holds the locks of the referrals and cases that the keys name, writes
        `OutboxWriter.rows`, and wakes the relay after its commit.
        """
        held: Mapping[int, str]
        if self._standing.is_known:
            held = await held_sources(connection)  # another process may have found that it is older
            self._standing.comparing = COMPARING in held.values()
        else:
            held = dict.fromkeys(self._peers.others(self._me), COMPARING)
        return OutboxWriter(self, await lock_streams(connection, keys) if keys else Streams(()), held)

    def open_unlocked(self, streams: Streams) -> "OutboxWriter | None":
        """Return a writer to streams that were read without a lock, while no source is held.

        What it gives is written on the condition that they are still the same. Returns None while numbers are
        compared with those that the recipients have.
        """
        if not self._standing.is_known or self._standing.comparing:
            return None
        return OutboxWriter(self, streams, {})

    async def know(self, connection: Connection, says: Sequence[Say]) -> None:
        """Load peer numbers that another process of this agency has given."""
        await self._peers.load_addresses(connection, (say.to for say in says))

    def check_sources(self, says: Sequence[Say], held: Mapping[int, str]) -> None:
        """Raise StreamBlocked when numbers of these events may have been given before."""
        for say in says:
            if held and held.get(self._peers.number(say.to)) == COMPARING:
                raise StreamBlocked(COMPARING, say.to, EVENT_TYPES[type_of(say.body)].family, say.key)

    async def enter(
        self, connection: Connection, streams: Streams, says: Sequence[tuple[Say, Cause]], now: datetime
    ) -> list[LedgerEntry]:
        """Take the next numbers and make the ledger entries, to agencies that may be new to this process.

        Raises Transient while the database is not compared with Kafka: the numbers may be given already.
        """
        if says and self._standing.is_doubted:
            raise Transient("The database is being compared with Kafka.")
        await self.know(connection, [say for say, _ in says])
        return self.entries(streams, says, now)

    def entries(
        self, streams: Streams, says: Sequence[tuple[Say, Cause]], now: datetime
    ) -> list[LedgerEntry]:
        """Take the next numbers of the locked streams and make the ledger entries under them.

        Raises Invalid for a body that no recipient would accept, before any number is taken.
        """
        bodies = [encode(say.body) for say, _ in says]
        return [
            self._entry(streams, say, body, cause, now)
            for (say, cause), body in zip(says, bodies, strict=True)
        ]

    def _entry(self, streams: Streams, say: Say, body: bytes, cause: Cause, now: datetime) -> LedgerEntry:
        event_type = type_of(say.body)
        stream = streams[self.stream(say)]
        stream.said += 1
        stream.changed = True
        event = Envelope(
            id=say.id or uuid7(),
            source=self._me,
            type=event_type,
            time=now,
            subject=str(say.key),
            recipient=say.to,
            dataschema=dataschema_of(say.body),
            sequence=stream.said,
            journey=say.journey,
            causation=cause.id,
            traceparent=cause.traceparent,
        )
        headers = envelope.canonical(envelope.write(event))
        digest = envelope.digest(headers, body)
        return LedgerEntry(stream.at, SAID, stream.said, event.id, event_type, headers, digest, body)

    def stream(self, say: Say) -> StreamKey:
        """Return the stream on which something is said; raises KeyError for an unknown recipient."""
        family = FAMILY_NUMBERS[EVENT_TYPES[type_of(say.body)].family]
        return StreamKey(say.key, self._peers.number(say.to), family)


class OutboxWriter:
    """What is said in one transaction, for one cause after another."""

    def __init__(self, outbox: Outbox, streams: Streams, held: Mapping[int, str]) -> None:
        self._outbox = outbox
        self._streams = streams
        self._held = held
        self._entries: list[LedgerEntry] = []

    def say(self, says: Sequence[Say], cause: Cause, now: datetime) -> None:
        """Add all of it under the next numbers of its streams, or nothing.

        Raises StreamBlocked for a stream that is stopped, or whose numbers are being compared with the
        recipient's, and KeyError for a recipient that this agency has never heard of.
        """
        self._outbox.check_sources(says, self._held)
        for say in says:
            stream = self._streams[self._outbox.stream(say)]
            if stream.stopped is not None:
                raise StreamBlocked(stream.stopped, say.to, FAMILIES[stream.at.family], say.key)
        self._entries += self._outbox.entries(self._streams, [(say, cause) for say in says], now)

    def rows(self) -> Rows:
        """Return what has to be written."""
        return Rows(self._streams.changed(), self._entries)
