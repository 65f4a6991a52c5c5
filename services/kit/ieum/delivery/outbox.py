"""Saying: number what the application wants to say, and put it into ledger and outbox."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from asyncpg import Connection
from uuid_utils.compat import uuid7

from ieum.delivery.here import Here
from ieum.delivery.ledger import SAID, Entry, write_entries
from ieum.delivery.streams import FAMILY_NUMBERS, StreamKey, Streams, lock_streams, write_streams
from ieum_contracts import envelope
from ieum_contracts.catalogue import EVENT_TYPES, dataschema_of, encode, type_of
from ieum_contracts.envelope import Envelope
from ieum_contracts.message import Say


@dataclass(frozen=True, slots=True)
class Cause:
    """Why something is said: the event or request that caused it (`ce_causation`), and its trace."""

    id: str | None = None
    traceparent: str | None = None


class Outbox:
    """Says things for one agency, inside transactions that others open and commit."""

    def __init__(self, here: Here) -> None:
        self._me = here.me
        self._peers = here.peers

    async def say(self, connection: Connection, says: Sequence[Say], cause: Cause, now: datetime) -> None:
        """Lock the streams concerned, number what is said, and write it for the relay.

        The caller holds the locks of the referrals and cases that `says` speaks of, and wakes the relay
        after its commit. Raises KeyError for a recipient that this agency has never heard of.
        """
        if not says:
            return
        await self.know(connection, says)
        streams = await lock_streams(connection, {say.key for say in says})
        entries = [self.entry(streams, say, cause, now) for say in says]
        await write_streams(connection, streams.changed())
        await write_entries(connection, entries)

    async def know(self, connection: Connection, says: Sequence[Say]) -> None:
        """Look up numbers that another process of this agency gave to peers."""
        if any(say.to not in self._peers for say in says):
            await self._peers.read(connection)

    def entry(self, streams: Streams, say: Say, cause: Cause, now: datetime) -> Entry:
        """Draw the next number of the locked stream and write the event down under it."""
        event_type = type_of(say.body)
        family = FAMILY_NUMBERS[EVENT_TYPES[event_type].family]
        stream = streams[StreamKey(say.key, self._peers.number(say.to), family)]
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
        body = encode(say.body)
        digest = envelope.digest(headers, body)
        return Entry(stream.at, SAID, stream.said, event.id, event_type, now, headers, digest, body)
