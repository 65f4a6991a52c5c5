"""Broken recipients: consumers, inboxes and folds as they must not be."""

import asyncio
from typing import Any

from aiokafka import TopicPartition

from ieum.delivery.blocked.parked_event import ParkedEvent
from ieum.delivery.receiving import consumer, inbox, subscriber
from ieum.delivery.receiving.batch_effects import Gap
from ieum.delivery.receiving.batch_fold import BatchFold
from ieum.delivery.receiving.consumer import Consumer
from ieum.delivery.receiving.inbox import Inbox
from ieum.delivery.receiving.subscriber import Records
from ieum.delivery.records import verification
from ieum.delivery.records.received import NotLoaded, VerifiedEvent
from ieum.delivery.recovering import startup_check
from ieum.delivery.streams import batch_write
from ieum.delivery.streams.stream import Stream
from tests.chaos.broken.patching import put, rewrite

WORK_SECONDS = 0.3
"""How long a batch is worked at, so that a fault finds it at work."""


def commit_before_transaction() -> None:
    """Tell Kafka that a batch is done before its transaction; nobody minds the positions."""
    _believe_kafka()
    take_whole = Consumer._take

    async def commit_and_take(self: Consumer[Any], records: Records) -> None:
        await self._context.restore_check.compared()
        offsets = {TopicPartition(r.topic, r.partition): r.offset + 1 for r in records}
        await self._mailboxes.consumer.commit(offsets)
        await asyncio.sleep(WORK_SECONDS)
        await take_whole(self, records)

    put(Consumer, "_take", commit_and_take)


def failed_batch_acknowledged() -> None:
    """Let a failed batch go: the next one's acknowledgement passes over it."""
    _believe_kafka()

    async def go_on(self: Consumer[Any], records: Records, error: Exception) -> None:
        await asyncio.sleep(0.1)

    put(Consumer, "_back_off", go_on)
    take_whole = Inbox.take

    async def take_slowly(self: Inbox[Any], records: Records, **how: bool) -> Any:
        await asyncio.sleep(WORK_SECONDS)
        return await take_whole(self, records, **how)

    put(Inbox, "take", take_slowly)


def no_duplicate_check() -> None:
    """Apply what was heard before once more."""
    rewrite(batch_write, "_ENTER", "from entry\n), sent as", "from entry on conflict do nothing\n), sent as")

    def apply_again(
        self: BatchFold,
        stream: Stream,
        heard: VerifiedEvent,
        digest: bytes | None,
    ) -> None:
        self._queue_of(stream.at)
        before = stream.heard, stream.heard_digest
        assert not isinstance(heard.content, NotLoaded)
        self._take(stream, ParkedEvent(stream.at, heard, "", self._now), heard.content)
        stream.heard, stream.heard_digest = before

    put(BatchFold, "_seen_before", apply_again)


def any_later_number() -> None:
    """Apply whatever number is above the last one heard, gaps or not: in one batch all come into order."""
    put(subscriber, "BATCH_MAX", 5)

    def advance_anyhow(self: BatchFold, stream: Stream) -> None:
        if queue := self._waiting[stream.at]:
            stream.heard = max(stream.heard, min(queue) - 1)
        advance(self, stream)

    advance = put(BatchFold, "_advance", advance_anyhow)


class _Anywhere(int):
    """A partition that equals every other."""

    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False

    __hash__ = int.__hash__


def wrong_partition_accepted() -> None:
    """Ask no longer whether a key belongs into the partition that it lies in."""
    put(verification, "partition_of", lambda key: _Anywhere(0))


def believe_a_restored_database() -> None:
    """Compare nothing with the peers, whatever Kafka knows that the database does not."""

    async def compare(_connection: Any, _context: Any, _now: Any) -> None:
        pass

    put(startup_check, "compare_with_peers", compare)


def _believe_kafka() -> None:
    """Go on from where Kafka says, as consumers do that keep no positions of their own."""

    async def look_back(context: Any, _consumer: Any, _taken: Any) -> None:
        context.restore_check.settle(comparing=False)

    async def go_back(_context: Any, _consumer: Any) -> None:
        pass

    def no_gap(_firsts: Any, _positions: Any) -> Gap:
        return Gap({})

    put(consumer, "check_positions", look_back)
    put(consumer, "rewind_to_positions", go_back)
    put(inbox, "_gap", no_gap)
