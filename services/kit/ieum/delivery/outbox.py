"""Saying: number what the application wants to say, and put it into ledger and outbox."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from asyncpg import Connection
from uuid_utils.compat import uuid7

from ieum.delivery.here import Here
from ieum.delivery.ledger import SAID, Entry, write_entries
from ieum.delivery.sources import COMPARING, held_sources
from ieum.delivery.streams import (
    FAMILIES,
    FAMILY_NUMBERS,
    StreamKey,
    Streams,
    lock_streams,
    write_streams,
)
from ieum.errors import IeumError
from ieum_contracts import envelope
from ieum_contracts.address import Address
from ieum_contracts.catalogue import EVENT_TYPES, dataschema_of, encode, type_of
from ieum_contracts.envelope import Envelope
from ieum_contracts.message import Say
from ieum_contracts.topics import Family


class Unsayable(IeumError):  # noqa: N818 - it is a refusal, and nothing is broken
    """Nothing may be said on a stream for now; `reason` is the code of why."""

    def __init__(self, reason: str, to: Address, family: Family, key: UUID) -> None:
        super().__init__(f"Nothing can be said to {to} on {family} {key} now ({reason}).")
        self.reason = reason
        self.to = to
        self.family = family
        self.key = key


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
        self._standing = here.standing

    async def say(self, connection: Connection, says: Sequence[Say], cause: Cause, now: datetime) -> None:
        """Lock the streams concerned, number what is said, and write it for the relay.

        The caller holds the locks of the referrals and cases that `says` speaks of, and wakes the relay
        after its commit. Raises KeyError for a recipient that this agency has never heard of, and Unsayable
        for a stream that is stopped, or whose numbers are being compared with the recipient's.
        """
        if not says:
            return
        await self._standing.settled()
        await self.know(connection, says)
        if self._standing.comparing:
            held = await held_sources(connection)
            self._standing.comparing = COMPARING in held.values()
            self.check_sources(says, held)
        streams = await lock_streams(connection, {say.key for say in says})
        for say in says:
            stream = streams[self._stream(say)]
            if stream.stopped is not None:
                raise Unsayable(stream.stopped, say.to, FAMILIES[stream.at.family], say.key)
        entries = [self.entry(streams, say, cause, now) for say in says]
        await write_streams(connection, streams.changed())
        await write_entries(connection, entries)

    async def know(self, connection: Connection, says: Sequence[Say]) -> None:
        """Look up numbers that another process of this agency gave to peers."""
        if any(say.to not in self._peers for say in says):
            await self._peers.read(connection)

    def check_sources(self, says: Sequence[Say], held: Mapping[int, str]) -> None:
        """Raise Unsayable when numbers of what is said may have been given before."""
        for say in says:
            if held and held.get(self._peers.number(say.to)) == COMPARING:
                raise Unsayable(COMPARING, say.to, EVENT_TYPES[type_of(say.body)].family, say.key)

    def entry(self, streams: Streams, say: Say, cause: Cause, now: datetime) -> Entry:
        """Draw the next number of the locked stream and write the event down under it."""
        event_type = type_of(say.body)
        stream = streams[self._stream(say)]
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

    def _stream(self, say: Say) -> StreamKey:
        family = FAMILY_NUMBERS[EVENT_TYPES[type_of(say.body)].family]
        return StreamKey(say.key, self._peers.number(say.to), family)
