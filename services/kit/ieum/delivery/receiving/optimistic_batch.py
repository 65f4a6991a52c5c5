"""A batch of few events by two statements: read without a lock, and written only if nothing has moved since.

This is optimistic concurrency control. The statement that writes locks and compares what was read, by the
versions of its rows; where one of them is another, it writes nothing, and the batch is done again with locks.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Generic, cast

from asyncpg import Connection

from ieum.delivery.application import Application, Awaiting, Known, Outcome, ReadWithoutLock
from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.receiving.batch_effects import BatchResult
from ieum.delivery.receiving.batch_fold import BatchFold
from ieum.delivery.receiving.event_spans import EventSpans
from ieum.delivery.records.received import VerifiedEvent
from ieum.delivery.records.verification import ClassifiedBatch
from ieum.delivery.sending.outbox import Outbox
from ieum.delivery.streams.batch_write import Condition, Rows
from ieum.delivery.streams.positions import Partition
from ieum.delivery.streams.stream import StreamKey, Streams, streams_from
from ieum.delivery.streams.unlocked_streams import read_statement, unchanged
from ieum_contracts.message import Event
from ieum_contracts.model import Model

EVENTS_MAX = 64
"""Of more events at a time the locks cost little each, and what one of them meets would void all."""

_COLUMNS = """
    exists (
        select from unnest({ids}) as i (key)
        cross join lateral (select from parked where key = i.key limit 1) p
    ) as waiting,
    array(
        select (family, partition, next_offset)::position_row from position
        where family = any($2::smallint[]) and partition = any($3::integer[])
    ) as positions
"""
_UNCHANGED = """
select (
    select count(*) from unnest($2::position_row[]) as e (family, partition, next_offset)
    cross join lateral (
        select next_offset from position where family = e.family and partition = e.partition limit 1
        for update
    ) p
    where p.next_offset = e.next_offset
) = cardinality($2::position_row[]) and {versions}
"""
"""Positions are locked before referrals: in the order of every transaction."""


@cache
def load_statement(every: str, columns: str, versions: str) -> str:
    """Return the statement that reads without a lock, with an application's columns and versions."""
    return read_statement(every, (_COLUMNS, columns), versions)


@cache
def unchanged_condition(versions: str) -> str:
    """Return the condition that nothing has moved; it locks what it compares."""
    return _UNCHANGED.format(versions=unchanged(versions, expected=3))


class OptimisticBatch(Generic[Known]):
    """Takes in batches of few events in which everything applies; returns None for any other batch."""

    def __init__(self, context: DeliveryContext, outbox: Outbox, application: ReadWithoutLock[Known]) -> None:
        self._context = context
        self._outbox = outbox
        self._application = application
        self._load = load_statement(application.every, application.columns, application.versions)
        self._unchanged = unchanged_condition(application.versions)

    async def take(
        self,
        connection: Connection,
        batch: ClassifiedBatch,
        firsts: Mapping[Partition, int],
        following: Mapping[Partition, int],
    ) -> BatchResult | None:
        """Take a batch in and commit it; None, and nothing done, where it needs a transaction's locks."""
        events = _plain(batch)
        ids = self._application.ids(events) if 0 < len(events) <= EVENTS_MAX else None
        if ids is None:
            return None
        ids, places = sorted(ids), sorted(firsts)
        families, partitions = [place[0] for place in places], [place[1] for place in places]
        [found] = await connection.fetch(self._load, ids, families, partitions)
        positions = {(row[0], row[1]): row[2] for row in found["positions"]}  # and of others, by chance
        if found["held"] or found["waiting"] or any(positions.get(each) != firsts[each] for each in places):
            return None
        known = await self._application.known(connection, found, ids)
        if known is None:
            return None
        result = BatchResult(len(events), spans=EventSpans(self._context.tracer, batch.heard))
        rows = await self._fold(
            connection, known, streams_from(found["streams"]), batch.heard, following=following, result=result
        )
        if rows is None:
            return None
        read = [(*place, firsts[place]) for place in places]
        condition = Condition(self._unchanged, (found["ids"], read, found["versions"]))
        written = await self._application.flush_if(connection, known, rows, condition)
        return result if written else None

    async def _fold(
        self,
        connection: Connection,
        known: Known,
        streams: Streams,
        heard: Sequence[VerifiedEvent],
        *,
        following: Mapping[Partition, int],
        result: BatchResult,
    ) -> Rows | None:
        """Fold in memory; None where something does not apply."""
        agency_now, peers = self._context.now(), self._context.peers
        arrived = [(each.stream(peers), each) for each in heard]
        if not _in_turn(streams, arrived):
            return None

        def apply(event: Event) -> Outcome:
            try:
                return self._application.fold(known, event, agency_now)
            except Exception:  # noqa: BLE001 - it is told when the batch is done again with locks
                return Awaiting("again")

        fold = BatchFold(result.spans.around(apply), streams, self._context.clock())
        effects = fold.fold((), arrived, {})
        if effects.is_unusual or effects.count("applied") != len(arrived):
            return None
        says = [(say, result.spans.cause(event)) for say, event in effects.says]
        said = await self._outbox.enter(connection, streams, says, agency_now)
        result.count(effects, len(said))
        return Rows(streams.changed(), [*effects.entries, *said], following)


def optimistic_batch(
    context: DeliveryContext, outbox: Outbox, application: Application[Known]
) -> OptimisticBatch[Known] | None:
    """Return how batches are taken in without a lock; None if the application has to lock what it reads."""
    if isinstance(application, ReadWithoutLock):
        return OptimisticBatch(context, outbox, cast("ReadWithoutLock[Known]", application))
    return None


def _plain(batch: ClassifiedBatch) -> list[Event]:
    """Return the events of a batch that holds nothing else, and all of whose bodies are understood."""
    if batch.misplaced or batch.notices:
        return []
    events = [each.event(each.content) for each in batch.heard if isinstance(each.content, Model)]
    return events if len(events) == len(batch.heard) else []


def _in_turn(streams: Streams, arrived: Sequence[tuple[StreamKey, VerifiedEvent]]) -> bool:
    """Whether each event is the next one of a stream that goes on."""
    heard: dict[StreamKey, int] = {}
    for at, event in arrived:
        before = heard.get(at, streams[at].heard)
        if streams[at].stopped is not None or event.sequence != before + 1:
            return False
        heard[at] = event.sequence
    return True
