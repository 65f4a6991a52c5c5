"""The inbox: takes a batch of records in, in ONE transaction: load, fold, flush."""

from collections.abc import Sequence
from datetime import datetime
from typing import Generic
from uuid import UUID

from asyncpg import Connection

from ieum.delivery.effects import Effects
from ieum.delivery.fold import Application, Known, Unfolded
from ieum.delivery.hearsay import hear_notices
from ieum.delivery.here import Here
from ieum.delivery.ledger import heard_digests, write_entries
from ieum.delivery.notices import tell
from ieum.delivery.outbox import Cause, Outbox
from ieum.delivery.parking import load_parked, park, unpark
from ieum.delivery.place import Heard, Misplaced, Record
from ieum.delivery.positions import Place, lock_positions, move_positions
from ieum.delivery.quarantine import quarantine
from ieum.delivery.restored import ask_what_is_lost
from ieum.delivery.sorting import sort
from ieum.delivery.sources import count_troubles, held_sources
from ieum.delivery.streams import FAMILY_NUMBERS, StreamKey, Streams, lock_streams, write_streams
from ieum.delivery.taken import Gap, Taken
from ieum.delivery.unfold import Unfold
from ieum_contracts.model import Model
from ieum_contracts.topics import topic_of


class Inbox(Generic[Known]):
    """Takes in what arrives for one agency."""

    def __init__(self, here: Here, outbox: Outbox, application: Application[Known]) -> None:
        self._here = here
        self._outbox = outbox
        self._application = application
        self._families = {topic_of(here.me, family): number for family, number in FAMILY_NUMBERS.items()}

    def place(self, record: Record) -> Place:
        """Name the partition that a record came from."""
        return self._families[record.topic], record.partition

    async def take(self, records: Sequence[Record]) -> Taken | Gap:
        """Take a batch in and commit it; a Gap, and nothing done, when records are missing before it."""
        return await self._take(records, mind_gap=True)

    async def take_all(self, records: Sequence[Record]) -> Taken:
        """Take a batch in and commit it, whatever may be missing before it."""
        taken = await self._take(records, mind_gap=False)
        assert isinstance(taken, Taken)  # noqa: S101 - gaps are not minded
        return taken

    async def set_aside(self, record: Record) -> Taken | Gap:
        """Take in one record that breaks every batch: parked if its place is proved, and tried later."""
        return await Inbox(self._here, self._outbox, Unfolded()).take([record])

    async def _take(self, records: Sequence[Record], *, mind_gap: bool) -> Taken | Gap:
        batch = sort(records, self._here.me, self._here.peers)
        async with self._here.database.acquire() as connection:
            await self._here.peers.know(connection, batch.sources())
            async with connection.transaction():
                positions = await lock_positions(connection, map(self.place, records))
                gap = self._gap(records, positions)
                if mind_gap and gap.expected:
                    return gap
                taken = Taken(events=len(records))
                await self._keep_aside(connection, batch.misplaced, positions, taken)
                taken.said += await hear_notices(connection, self._here, batch.notices)
                heard = [h for h in batch.heard if h.record and self._fresh(h.record, positions)]
                await self._fold(connection, heard, {h.key for h in heard}, taken)
                await count_troubles(connection, self._here, taken.troubles, self._here.clock())
                await move_positions(connection, self._next(records, positions))
                return taken

    async def ask_what_is_lost(self) -> None:
        """Ask every peer for its heads, where the mailbox has lost what we never read."""
        async with self._here.database.acquire() as connection, connection.transaction():
            await ask_what_is_lost(connection, self._here, self._here.clock())

    async def _keep_aside(
        self,
        connection: Connection,
        misplaced: Sequence[Misplaced],
        positions: dict[Place, int],
        taken: Taken,
    ) -> None:
        fresh = [m for m in misplaced if self._fresh(m.record, positions)]
        taken.troubles += await quarantine(connection, self._here, fresh, self._here.clock())
        taken.counts["quarantined"] = len(fresh)

    async def wake(self, keys: set[UUID]) -> Taken:
        """Try what waits under these keys."""
        taken = Taken()
        async with self._here.database.acquire() as connection, connection.transaction():
            await self._fold(connection, [], keys, taken)
            await count_troubles(connection, self._here, taken.troubles, self._here.clock())
        return taken

    async def wake_in_vain(self, keys: set[UUID]) -> Taken:
        """Count a failure of what is due under these keys, which breaks every transaction that it is in."""
        return await Inbox(self._here, self._outbox, Unfolded()).wake(keys)

    async def _fold(
        self, connection: Connection, heard: Sequence[Heard], keys: set[UUID], taken: Taken
    ) -> None:
        if not keys:
            return
        now = self._here.clock()
        held = await held_sources(connection)
        waiting = await load_parked(connection, keys)
        contents = [*heard, *(parked.heard for parked in waiting)]
        known = await self._application.load(
            connection, [h.event() for h in contents if isinstance(h.content, Model)]
        )
        streams = await lock_streams(connection, keys | set(self._application.keys(known)))
        arrived = [(self._stream(h), h) for h in heard]
        old = [(at, h.sequence) for at, h in arrived if h.sequence < streams[at].heard]
        earlier = await heard_digests(connection, old)
        effects = Unfold(self._application, known, streams, now, held).fold(waiting, arrived, earlier)
        self._outbox.check_sources([say for say, _ in effects.says], held)
        await self._flush(connection, streams, effects, now, taken)
        await self._application.flush(connection, known, now)

    async def _flush(
        self, connection: Connection, streams: Streams, effects: Effects, now: datetime, taken: Taken
    ) -> None:
        await self._outbox.know(connection, [say for say, _ in effects.says])
        said = [
            self._outbox.entry(streams, say, Cause(str(h.envelope.id), h.envelope.traceparent), now)
            for say, h in effects.says
        ]
        await write_streams(connection, streams.changed())
        await write_entries(connection, [*effects.entries, *said])
        await unpark(connection, effects.unparked)
        await park(connection, list(effects.parked.values()))
        await tell(connection, self._here, effects.notices, now)
        conflicts = [
            Misplaced(h.record, "sequence.conflict") for h in effects.conflicts if h.record is not None
        ]
        taken.troubles += await quarantine(connection, self._here, conflicts, now)
        taken.troubles += effects.troubles()
        _count(taken, effects, len(said))

    def _stream(self, heard: Heard) -> StreamKey:
        return StreamKey(
            heard.key, self._here.peers.number(heard.envelope.source), FAMILY_NUMBERS[heard.family]
        )

    def _fresh(self, record: Record, positions: dict[Place, int]) -> bool:
        return record.offset >= positions[self.place(record)]

    def _gap(self, records: Sequence[Record], positions: dict[Place, int]) -> Gap:
        first: dict[Place, int] = {}
        for record in records:
            first.setdefault(self.place(record), record.offset)
        return Gap({place: positions[place] for place, offset in first.items() if offset > positions[place]})

    def _next(self, records: Sequence[Record], positions: dict[Place, int]) -> dict[Place, int]:
        following: dict[Place, int] = {}
        for record in records:
            place = self.place(record)
            following[place] = max(following.get(place, positions[place]), record.offset + 1)
        return following


def _count(taken: Taken, effects: Effects, said: int) -> None:
    taken.said += said
    taken.told += len(effects.notices)
    taken.counts["applied"] += effects.count("applied")
    taken.counts["refused"] += effects.count("refused")
    taken.counts["parked"] += len(effects.parked)
    taken.counts["duplicate"] += effects.duplicates
    taken.counts["conflict"] += len(effects.conflicts)
