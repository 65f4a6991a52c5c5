"""How far this process has read: between what it took in and there lie only marks of Kafka's transactions."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError
from asyncpg import Connection

from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.receiving.reading_progress import Progress
from ieum.delivery.recovering.startup_check import partitions_of, read_and_ends
from ieum.delivery.streams.positions import Partition, read_positions

LOOK_SECONDS, LOOK_SECONDS_MAX = 5.0, 0.05


class Reach:
    """The places up to which nothing is left to be taken in, of the partitions that this process reads.

    Kafka keeps marks where transactions end, and what was aborted, between records; they are never handed
    over. Without this a mailbox that ends with one would never be read to its end.
    """

    def __init__(self) -> None:
        self._sure = False
        self._handed: dict[TopicPartition, int] = {}
        self._reached: dict[TopicPartition, int] = {}

    def doubt(self) -> None:
        """Say that reading goes on elsewhere, or that records were lost on the way: nothing is known now."""
        self._sure = False
        self._handed.clear()
        self._reached.clear()

    def settle(self) -> None:
        """Say that reading goes on at, or before, the places that the database names."""
        self._sure = True

    def hand(self, partition: TopicPartition, following: int) -> None:
        """Say that records before `following` were handed over; they are not taken in yet."""
        self._handed[partition] = max(following, self._handed.get(partition, 0))

    async def rest(self, consumer: AIOKafkaConsumer) -> None:
        """Note how far was read, while nothing is in hand."""
        if not self._sure:
            return
        with suppress(TimeoutError, IllegalStateError, KafkaError):
            async with asyncio.timeout(LOOK_SECONDS_MAX):
                reached = {each: await consumer.position(each) for each in consumer.assignment()}
            if self._sure:
                self._reached = reached

    async def keep(self, context: DeliveryContext, consumer: AIOKafkaConsumer) -> None:
        """Let the database know what was passed over, where nothing that was handed over is missing there.

        A mailbox that begins above what was read has lost records, which is for others to say.
        """
        places, reached, handed = partitions_of(context), dict(self._reached), dict(self._handed)
        async with context.database.acquire() as connection:
            read = await read_positions(connection)
            ahead = {
                each: offset
                for each, offset in reached.items()
                if offset > read.get(places[each], 0) >= handed.get(each, 0)
            }
            if not ahead:
                return
            begins = await consumer.beginning_offsets(list(ahead))
            whole = {
                places[each]: offset
                for each, offset in ahead.items()
                if begins[each] <= read.get(places[each], 0)
            }
            if self._sure:
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
    context: DeliveryContext, consumer: AIOKafkaConsumer, reach: Reach, progress: Progress, now: float
) -> None:
    """Compare how far is read with how far the mailboxes go; raises one of AWAY."""
    await reach.keep(context, consumer)
    read, ends = await read_and_ends(context, consumer)
    progress.look(read, ends, now)
    context.measures.unread(sum(max(0, end - read.get(place, 0)) for place, end in ends.items()))
