"""Takes batches in, through failures of the database, and then commits their offsets to Kafka."""

import asyncio
from contextlib import suppress
from typing import Generic

import structlog
from aiokafka.errors import IllegalStateError

from ieum.delivery.application import Known
from ieum.delivery.backoff import BackOff
from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.failures import RETRYABLE
from ieum.delivery.receiving.batch_effects import BatchResult, Gap
from ieum.delivery.receiving.batch_size import BatchSize
from ieum.delivery.receiving.inbox import Inbox
from ieum.delivery.receiving.offset_commits import COMMIT_SECONDS, OffsetCommits
from ieum.delivery.receiving.read_range import Reach, look_how_far
from ieum.delivery.receiving.reading_progress import ReadingProgress
from ieum.delivery.receiving.stalled_client import replace_if_stalled
from ieum.delivery.receiving.start_retry import BACKOFF_SECONDS_MAX, BACKOFF_SECONDS_MIN, through_failures
from ieum.delivery.receiving.subscriber import Mailboxes, Records
from ieum.delivery.recovering.mailbox_partitions import ends_of, partition_at
from ieum.delivery.recovering.startup_check import check_positions, rewind_to_positions
from ieum.delivery.sending.relay import Relay
from ieum.delivery.streams.positions import Partition
from ieum.delivery.streams.stream import FAMILIES
from ieum.errors import Transient
from ieum.settings import Settings
from ieum_contracts.topics import topic_of

_log = structlog.get_logger(__name__)


class Consumer(Generic[Known]):
    """Gives the batches of the mailboxes to the inbox."""

    def __init__(
        self, settings: Settings, context: DeliveryContext, inbox: Inbox[Known], relay: Relay
    ) -> None:
        self._context, self._inbox, self._relay = context, inbox, relay
        self._size, self._reach = BatchSize(), Reach()
        self._sought: dict[Partition, int] = {}
        topics = [topic_of(context.me, family) for family in FAMILIES.values()]
        self._mailboxes = Mailboxes(
            settings, topics, self._take, self._moved, self._reach, limits=context.limits
        )
        self.progress = ReadingProgress(context.limits.still_seconds)
        self.topics = self._mailboxes.topics
        self._elsewhere, self._offsets = asyncio.Event(), OffsetCommits()
        self._backoff = BackOff(BACKOFF_SECONDS_MIN, BACKOFF_SECONDS_MAX)

    async def run(self) -> None:
        """Read until cancelled; then finish the current batch, commit and leave the group."""
        self.progress.begun = asyncio.get_running_loop().time()
        await through_failures(self._mailboxes.start)
        try:
            await through_failures(self._look_back)
            looked, self.progress.seen = 0.0, asyncio.get_running_loop().time()
            while True:
                await self._follow_moves()
                await asyncio.sleep(COMMIT_SECONDS)
                consumer = self._mailboxes.consumer
                await self._offsets.commit(consumer, self._context.restore_check.feed_end)
                if self._context.restore_check.is_doubted:  # the connection to the database was lost
                    with suppress(*RETRYABLE):
                        await self._look_back()
                        self._moved()
                now = asyncio.get_running_loop().time()
                if now - looked >= self._context.limits.look_seconds:
                    looked = now
                    with suppress(*RETRYABLE):
                        self._mailboxes.renew_login()
                        await look_how_far(self._context, consumer, self._reach, self.progress, now)
                        await replace_if_stalled(self._context, self._mailboxes, self.progress.still, now)
        finally:
            with suppress(Transient):
                await self._offsets.commit(self._mailboxes.consumer, self._context.restore_check.feed_end)
            await self._mailboxes.stop()

    @property
    def reading(self) -> bool:
        """Whether the mailboxes are being read, after the first comparison of the database with Kafka."""
        return self.progress.seen is not None and self._mailboxes.reading

    async def ends(self) -> dict[Partition, int]:
        """Return the end offsets of our mailboxes; raises KafkaError, TimeoutError or Transient."""
        return await ends_of(self._context, self._mailboxes.consumer)

    async def _look_back(self) -> None:
        positions = await check_positions(self._context, self._mailboxes.consumer, self._offsets.taken)
        if not self._context.restore_check.is_doubted:
            self._offsets.compared(
                {partition_at(self._context, place): offset for place, offset in positions.items()}
            )
        self._relay.wake()

    def _moved(self) -> None:
        """Forget earlier seeks: what is read, or the database, has changed; reading continues elsewhere."""
        self._sought.clear()
        self._reach.doubt()
        self._elsewhere.set()

    async def _follow_moves(self) -> None:
        if self._elsewhere.is_set():
            self._elsewhere.clear()
            try:
                async with asyncio.timeout(COMMIT_SECONDS):
                    await rewind_to_positions(self._context, self._mailboxes.consumer)
                if not self._elsewhere.is_set():
                    self._reach.settle()
            except (*RETRYABLE, IllegalStateError):
                self._elsewhere.set()

    async def _take(self, records: Records) -> None:
        """Take one batch in and never raise: FastStream would swallow the exception.

        Not before the database is compared with Kafka: an answer's number may have been given before.
        """
        await self._context.restore_check.compared()
        started = asyncio.get_running_loop().time()
        try:
            taken = await self._taken(records)
        except Exception as error:  # noqa: BLE001 - setting it aside failed as well, and nothing may be skipped
            if not isinstance(error, RETRYABLE):
                _log.error("batch.stuck", error=type(error).__name__, events=len(records))
            await self._back_off(records, error)
            return
        self._backoff.reset()
        self._size.taken()
        if taken is not None:
            self._done(records, taken, started)

    async def _taken(self, records: Records, *, mind_gap: bool = True) -> BatchResult | None:
        """Take records in, and set aside those that break the batch; None when others have to come first."""
        if self._size.exceeded_by(records):
            return await self._in_halves(records, mind_gap=mind_gap)
        try:
            answer = await self._inbox.take(records, mind_gap=mind_gap)
        except RETRYABLE:
            raise
        except Exception as error:  # noqa: BLE001 - one event must not block the others
            if len(records) > 1:
                return await self._in_halves(records, mind_gap=mind_gap)
            answer = await self._inbox.set_aside(records[0], error, mind_gap=mind_gap)
        return await self._mind_gap(records, answer) if isinstance(answer, Gap) else answer

    async def _in_halves(self, records: Records, *, mind_gap: bool) -> BatchResult | None:
        """Bisect a failing batch: take in what works, in as few transactions as possible."""
        half = len(records) // 2
        first = await self._taken(records[:half], mind_gap=mind_gap)
        if first is None:
            self._mailboxes.rewind(records[half:], {(each.topic, each.partition) for each in records[:half]})
            return None
        second = await self._taken(records[half:], mind_gap=mind_gap)
        return None if second is None else first + second

    def _done(self, records: Records, taken: BatchResult, started: float) -> None:
        if taken.said or taken.told:
            self._relay.wake()
        self._offsets.note(records)
        for record in records:
            self._sought.pop(self._inbox.place(record), None)
        counts = {name: count for name, count in sorted(taken.counts.items()) if count}
        seconds = asyncio.get_running_loop().time() - started
        self._context.measures.batch(counts, taken.said, seconds)
        taken.note(self._context)
        _log.info("batch.applied", events=taken.events, said=taken.said, ms=round(seconds * 1e3, 1), **counts)

    async def _back_off(self, records: Records, error: Exception) -> None:
        """Rewind to the start of the batch and wait: attempts are not counted, nothing is skipped."""
        self._context.measures.postponed()
        self._size.postponed(records, error)
        self._mailboxes.rewind(records)
        pause = self._backoff.pause()
        _log.warning("batch.postponed", error=type(error).__name__, retry_seconds=round(pause, 2))
        await asyncio.sleep(pause)

    async def _mind_gap(self, records: Records, gap: Gap) -> BatchResult | None:
        """Seek once to what is missing before a batch; if Kafka no longer has it, go on without it."""
        offsets = {partition_at(self._context, place): offset for place, offset in gap.expected.items()}
        if self._offsets.is_above(offsets):
            await self._look_back()  # before these are read again: after that nothing shows the loss
        begins = await self._mailboxes.consumer.beginning_offsets(list(offsets))
        if all(self._sought.get(place) == offset for place, offset in gap.expected.items()):
            lost = [partition for partition, offset in offsets.items() if begins[partition] > offset]
            if lost:
                _log.error("mailbox.truncated", partitions=[f"{p.topic}/{p.partition}" for p in lost])
                await self._inbox.ask_what_is_lost()
                self._relay.wake()
            return await self._taken(records, mind_gap=False)
        self._sought.update(gap.expected)
        self._mailboxes.rewind(records)
        for partition, offset in offsets.items():
            self._mailboxes.seek(partition, max(offset, begins[partition]))
        return None
