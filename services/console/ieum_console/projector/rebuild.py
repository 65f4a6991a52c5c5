"""Makes the projection anew from the topics; what they no longer hold is kept."""

from datetime import datetime
from uuid import UUID

from aiokafka import TopicPartition
from asyncpg import Connection

from ieum.storage.database import Database
from ieum_console.projection.families import FAMILY_NUMBERS
from ieum_console.projector.projector import kafka_answering
from ieum_console.projector.store import LOCK_OFFSETS, ProjectionStore, read_offsets
from ieum_console.projector.topics import TopicReader
from ieum_console.settings import ConsoleSettings

KEYS_AT_ONCE = 2_000
REBUILD_SECONDS_MAX = 3_600.0
KAFKA_SECONDS_MAX = 30.0
"""Whoever makes it anew waits longer for a busy broker than a page that has to say so at once."""

EMPTY = """
truncate partition_position, rejected_record, gap, referral, tally, edge, flow, delivery_time, notice,
    waiting_stream, programme, spoken, answer_sample, change, presence, instance, silence, day_of_events
"""

DROP_STEPS = """
delete from step using unnest($1::text[], $2::smallint[], $3::smallint[], $4::bigint[])
    as held(agency, family, partition, first)
where step.recipient = (select id from agency where name = held.agency) and step.family = held.family
    and step.partition = held.partition and step."offset" >= held.first
"""

KEPT_EDGES = """
insert into edge (source, recipient, records, events, last_said_at)
select source, recipient, count(*), count(*), max(said_at) from step group by source, recipient
"""

KEPT_DAYS = """
insert into day_of_events (agency, day, type, events)
select source, (said_at at time zone 'Asia/Seoul')::date, type, count(*) from step where family = 1
group by 1, 2, 3
"""

BEGIN = """
update projector set applied = 0, rebuilds = rebuilds + 1, rebuilding_since = $1, rebuild_records = $2,
    records_behind = $2, oldest_unread_at = null
where id = 1
"""


async def begin_rebuild(
    settings: ConsoleSettings, database: Database, store: ProjectionStore, now: datetime
) -> int:
    """Empty the projection in one transaction; returns how many records there are to be read.

    A projector that runs, here or elsewhere, then reads from the beginning. Events that the topics no longer
    hold (mailboxes keep 14 days) stay, and their referrals are folded from them. What was seen of groups
    and the audit are not of the topics, and stay as well. Raises KafkaAwayError.
    """
    firsts, records = await _held(settings, database)
    async with database.acquire() as connection, connection.transaction():
        await connection.execute(LOCK_OFFSETS)
        await connection.execute(EMPTY)
        await connection.execute(
            DROP_STEPS, *map(list, zip(*firsts, strict=True)), timeout=REBUILD_SECONDS_MAX
        )
        await connection.execute(KEPT_EDGES)
        await connection.execute(KEPT_DAYS)
        await connection.execute(BEGIN, now, records)
        store.forget()
        await _fold_kept(connection, store, now)
    return records


async def _held(settings: ConsoleSettings, database: Database) -> tuple[list[tuple[str, int, int, int]], int]:
    """Return the first offset of each partition of the numbered mailboxes, and the number of all records."""
    reader = TopicReader(settings)
    async with database.acquire() as connection:
        offsets = await read_offsets(connection)
    try:
        async with kafka_answering(KAFKA_SECONDS_MAX):
            await reader.start()
            await reader.discover(offsets)
            firsts, ends = await reader.firsts(), await reader.ends()
    finally:
        await reader.stop()
    records = sum(ends[each] - first for each, first in firsts.items())
    return [_named(reader, *each) for each in firsts.items() if _family(reader, each[0])], records


def _family(reader: TopicReader, place: TopicPartition) -> int | None:
    return FAMILY_NUMBERS.get(reader.mailboxes[place.topic].family)


def _named(reader: TopicReader, place: TopicPartition, first: int) -> tuple[str, int, int, int]:
    mailbox = reader.mailboxes[place.topic]
    return mailbox.owner.agency, FAMILY_NUMBERS[mailbox.family], place.partition, first


KEPT_KEYS = "select distinct key from step where key > $1 order by key limit $2"


async def _fold_kept(connection: Connection, store: ProjectionStore, now: datetime) -> None:
    key = UUID(int=0)
    while rows := await connection.fetch(KEPT_KEYS, key, KEYS_AT_ONCE):
        keys = {row["key"] for row in rows}
        await store.fold_again(connection, keys, now)
        key = max(keys)
