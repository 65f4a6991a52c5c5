"""How far this process has read, including Kafka's transaction markers, which are not delivered."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError
from asyncpg import Connection

from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.partition_leaders import led
from ieum.delivery.receiving.reading_progress import ReadingProgress
from ieum.delivery.recovering.mailbox_partitions import (
    leaderless,
    missing_mailboxes,
    place_of,
    present_ends,
)
from ieum.delivery.streams.positions import Partition, read_positions

LOOK_SECONDS_MAX = 0.05


class Reach:
    """The offsets before which nothing is left to take in, of the partitions that this process reads.

    Kafka stores transaction markers and aborted records between the others; they are never handed
    over. Without this a mailbox that ends with one would never count as read to its end.
    """

    def __init__(self) -> None:
        self._sure = False
        self._handed: dict[TopicPartition, int] = {}
        self._reached: dict[TopicPartition, int] = {}

    def doubt(self) -> None:
        """Forget everything: reading continues elsewhere, or records were lost on the way."""
        self._sure = False
        self._handed.clear()
        self._reached.clear()

    def settle(self) -> None:
        """Begin to trust offsets again: reading continues at, or before, the positions in the database."""
        self._sure = True

    def hand(self, partition: TopicPartition, following: int) -> None:
        """Note that records before `following` were handed over; they are not taken in yet."""
        self._handed[partition] = max(following, self._handed.get(partition, 0))

    async def rest(self, consumer: AIOKafkaConsumer) -> None:
        """Note the offsets read, while no batch is being processed."""
        if not self._sure:
            return
        with suppress(TimeoutError, IllegalStateError, KafkaError):
            async with asyncio.timeout(LOOK_SECONDS_MAX):
                mine = led(consumer, consumer.assignment())
                reached = {each: await consumer.position(each) for each in mine}
            if self._sure:
                self._reached = reached

    async def keep(self, context: DeliveryContext, consumer: AIOKafkaConsumer) -> None:
        """Advance the positions in the database past markers, where everything handed over is taken in.

        Not in one that may be older than what was read: what lies between would be passed over.
        A mailbox that begins above what was read has lost records, which is reported elsewhere.
        """
        if context.restore_check.is_doubted:
            return
        reached, handed = dict(self._reached), dict(self._handed)
        async with context.database.acquire() as connection:
            read = await read_positions(connection)
            ahead = {
                each: offset
                for each, offset in reached.items()
                if offset > read.get(place_of(context, each), 0) >= handed.get(each, 0)
            }
            if not ahead:
                return
            begins = await consumer.beginning_offsets(list(ahead))
            places = {place_of(context, each): (each, offset) for each, offset in ahead.items()}
            whole = {
                place: offset
                for place, (each, offset) in places.items()
                if begins[each] <= read.get(place, 0)
            }
            if self._sure and not context.restore_check.is_doubted:
                await _pass_over(connection, whole)


_MOVE_ON = """
insert into position (family, partition, next_offset)
select * from unnest($1::smallint[], $2::integer[], $3::bigint[]) as i (family, partition, next_offset)
order by family, partition
on conflict (family, partition) do update set next_offset = excluded.next_offset
where position.next_offset < excluded.next_offset
"""


async def _pass_over(connection: Connection, whole: Mapping[Partition, int]) -> None:
    await connection.execute(
        _MOVE_ON,
        [family for family, _ in whole],
        [partition for _, partition in whole],
        list(whole.values()),
    )


async def look_how_far(
    context: DeliveryContext, consumer: AIOKafkaConsumer, reach: Reach, progress: ReadingProgress, now: float
) -> None:
    """Compare the positions with the ends of the mailboxes; raises one of RETRYABLE.

    A mailbox that was missing and is there again begins anew: it is compared as at a start. So is a
    partition that nobody led.
    """
    missing, unled = missing_mailboxes(context, consumer), leaderless(context, consumer)
    if progress.missing - missing or progress.leaderless - unled:
        context.restore_check.doubt()
    progress.missing, progress.leaderless = missing, unled
    ends = await present_ends(context, consumer)
    progress.seen = now
    await reach.keep(context, consumer)
    async with context.database.acquire() as connection:
        read = await read_positions(connection)
    progress.look(read, ends, now)
    unread = sum(max(0, end - read.get(place, 0)) for place, end in ends.items())
    context.measures.unread(unread, progress.unread_age.look(read, ends, now))
