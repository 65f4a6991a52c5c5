"""The inbox takes in a batch of records in ONE transaction: load, fold, flush."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Generic
from uuid import UUID

import structlog
from asyncpg import Connection

from ieum.delivery.application import Application, Awaiting, Known, ParkEverything
from ieum.delivery.blocked.parking import park, unpark
from ieum.delivery.blocked.quarantine import quarantine
from ieum.delivery.blocked.source_breaker import count_troubles
from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.notices.notices import tell
from ieum.delivery.receiving.batch_effects import BatchResult, Effects, Gap
from ieum.delivery.receiving.batch_fold import BatchFold
from ieum.delivery.receiving.batch_locks import BatchState, load_state, lock_and_load
from ieum.delivery.receiving.event_spans import EventSpans
from ieum.delivery.receiving.notice_handlers import handle_notices
from ieum.delivery.receiving.optimistic_batch import optimistic_batch
from ieum.delivery.records.partitions import first_offsets, next_offsets
from ieum.delivery.records.received import Record, UnverifiedRecord, VerifiedEvent
from ieum.delivery.records.verification import classify
from ieum.delivery.recovering.restore import ask_what_is_lost
from ieum.delivery.sending.outbox import Outbox, StreamBlocked
from ieum.delivery.streams.batch_write import Rows, write_rows
from ieum.delivery.streams.ledger import heard_digests
from ieum.delivery.streams.positions import Partition
from ieum.delivery.streams.stream import FAMILY_NUMBERS, StreamKey, Streams, lock_streams
from ieum_contracts.model import Model
from ieum_contracts.topics import topic_of

_log = structlog.get_logger(__name__)


class Inbox(Generic[Known]):
    """Takes in the records that arrive for one agency."""

    def __init__(self, context: DeliveryContext, outbox: Outbox, application: Application[Known]) -> None:
        self._context = context
        self._outbox = outbox
        self._application = application
        self._optimistic = optimistic_batch(context, outbox, application)
        self._families = {topic_of(context.me, family): number for family, number in FAMILY_NUMBERS.items()}

    def place(self, record: Record) -> Partition:
        """Return the partition that a record came from."""
        return self._families[record.topic], record.partition

    async def set_aside(self, record: Record, error: Exception, *, mind_gap: bool) -> BatchResult | Gap:
        """Take in one record that breaks every batch: parked if its place is verified, and retried later."""
        return await self._parking(error, offset=record.offset).take([record], mind_gap=mind_gap)

    async def take(self, records: Sequence[Record], *, mind_gap: bool = True) -> BatchResult | Gap:
        """Take a batch in and commit it; a Gap, and nothing done, when records are missing before it."""
        batch = await classify(records, self._context)
        async with self._context.database.acquire() as connection:
            await self._context.peers.know(connection, batch.sources())
            firsts = first_offsets(records, self.place)
            if self._optimistic is not None:
                following = next_offsets(records, firsts, self.place)
                quick = await self._optimistic.take(connection, batch, firsts, following)
                if quick is not None:
                    return quick
            async with connection.transaction():
                positions, seen = await lock_and_load(connection, firsts, batch.places(self._context.peers))
                gap = _gap(firsts, positions)
                if mind_gap and gap.expected:
                    return gap
                taken = BatchResult(len(records), spans=EventSpans(self._context.tracer, batch.heard))
                if batch.misplaced:
                    await self._keep_aside(connection, batch.misplaced, positions, taken)
                if batch.notices:
                    taken.said, untaken = await handle_notices(connection, self._context, batch.notices)
                    seen = replace(seen, untaken=untaken)
                following = next_offsets(records, positions, self.place)
                heard = [(h, self._fresh(h.record, positions)) for h in batch.heard if h.record]
                await self._fold(connection, heard, seen, following, taken)
                await self._count_troubles(connection, taken)
                return taken

    async def _count_troubles(self, connection: Connection, taken: BatchResult) -> None:
        if taken.troubles:
            await count_troubles(connection, self._context, taken.troubles, self._context.clock())

    async def ask_what_is_lost(self) -> None:
        """Ask every peer for its heads, after a mailbox lost records that we never read."""
        async with self._context.database.acquire() as connection, connection.transaction():
            await ask_what_is_lost(connection, self._context, self._context.clock())

    async def _keep_aside(
        self,
        connection: Connection,
        misplaced: Sequence[UnverifiedRecord],
        positions: dict[Partition, int],
        taken: BatchResult,
    ) -> None:
        fresh = [m for m in misplaced if self._fresh(m.record, positions)]
        taken.troubles += await quarantine(connection, self._context, fresh, self._context.clock())
        taken.counts["quarantined"] = len(fresh)

    async def wake(self, keys: set[UUID]) -> BatchResult:
        """Retry what waits under these keys."""
        taken = BatchResult(spans=EventSpans(self._context.tracer))
        async with self._context.database.acquire() as connection, connection.transaction():
            await self._fold(connection, [], await load_state(connection, keys), {}, taken)
            await self._count_troubles(connection, taken)
        return taken

    async def wake_in_vain(self, keys: set[UUID], error: Exception) -> BatchResult:
        """Count a failure of what is due under these keys, which breaks every transaction."""
        return await self._parking(error).wake(keys)

    def _parking(self, error: Exception, **where: object) -> "Inbox[None]":
        """Make an inbox that parks everything; an event whose answer is blocked waits, and has not failed."""
        if isinstance(error, StreamBlocked):
            _log.info("event.postponed", reason=error.reason, **where)
            return Inbox(self._context, self._outbox, ParkEverything(Awaiting(error.reason)))
        _log.error("event.failed", error=type(error).__name__, **where)
        return Inbox(self._context, self._outbox, ParkEverything())

    async def _fold(
        self,
        connection: Connection,
        heard: Sequence[tuple[VerifiedEvent, bool]],
        seen: BatchState,
        following: Mapping[Partition, int],
        taken: BatchResult,
    ) -> None:
        """Fold and flush what was heard, each with whether its offset is new, and what waits."""
        contents = [*(h for h, _ in heard), *(parked.heard for parked in seen.waiting)]
        if not contents and not seen.untaken:
            await write_rows(connection, Rows(positions=following))
            return
        now, agency_now = self._context.clock(), self._context.now()
        events = [h.event(h.content) for h in contents if isinstance(h.content, Model)]
        known = await self._application.load(connection, events, seen.untaken)
        keys = {h.key for h in contents}
        streams = await lock_streams(connection, keys | set(self._application.keys(known)))
        if any(parked.heard.sequence <= streams[parked.stream].heard for parked in seen.waiting):
            # Another process took in what waited: rows that it created could not be locked before.
            known = await self._application.load(connection, events, seen.untaken)
        for each in seen.untaken:
            self._application.hear_untaken(known, each, agency_now)
        arrived = self._counting(heard, seen, streams)
        before = [(at, h.sequence) for at, h in arrived if h.sequence <= streams[at].heard]
        earlier = await heard_digests(connection, before) if before else {}
        apply = taken.spans.around(lambda event: self._application.fold(known, event, agency_now))
        effects = BatchFold(apply, streams, now, seen.held).fold(seen.waiting, arrived, earlier)
        self._outbox.check_sources([say for say, _ in effects.says], seen.held)
        says = [(say, taken.spans.cause(heard)) for say, heard in effects.says]
        said = await self._outbox.enter(connection, streams, says, agency_now)
        rows = Rows(streams.changed(), [*effects.entries, *said], following)
        await self._application.flush(connection, known, rows, agency_now)
        if effects.is_unusual:
            await self._flush(connection, effects, now, taken)
        taken.troubles += effects.troubles()
        taken.count(effects, len(said))

    def _counting(
        self, heard: Sequence[tuple[VerifiedEvent, bool]], seen: BatchState, streams: Streams
    ) -> list[tuple[StreamKey, VerifiedEvent]]:
        """Leave out what was read before, but no new number: a broker that lost its data restarts offsets."""
        waits = {(parked.stream, parked.heard.sequence) for parked in seen.waiting}
        return [
            (at, h)
            for at, h, fresh in ((h.stream(self._context.peers), h, fresh) for h, fresh in heard)
            if fresh or (h.sequence > streams[at].heard and (at, h.sequence) not in waits)
        ]

    async def _flush(
        self, connection: Connection, effects: Effects, now: datetime, taken: BatchResult
    ) -> None:
        """Write what few batches have: parked events, notices and conflicts."""
        await unpark(connection, effects.unparked)
        await park(connection, list(effects.parked.values()))
        await tell(connection, self._context, effects.notices, now)
        conflicts = [
            UnverifiedRecord(h.record, "sequence.conflict") for h in effects.conflicts if h.record is not None
        ]
        taken.troubles += await quarantine(connection, self._context, conflicts, now)

    def _fresh(self, record: Record, positions: dict[Partition, int]) -> bool:
        return record.offset >= positions[self.place(record)]


def _gap(firsts: Mapping[Partition, int], positions: Mapping[Partition, int]) -> Gap:
    return Gap({place: positions[place] for place, offset in firsts.items() if offset > positions[place]})
