"""How far agencies have read, as was looked at: when an event was heard, how long it took, who is there."""

from collections.abc import Sequence
from datetime import datetime

from asyncpg import Connection

from ieum_console.projector.groups import Group, Read

WRITE_READING = """
with seen as (
    select a.id as recipient, s.family, s.partition, s.next_offset, s.end_offset
    from unnest($1::text[], $2::smallint[], $3::smallint[], $4::bigint[], $5::bigint[])
        as s(agency, family, partition, next_offset, end_offset)
    join agency a on a.name = s.agency
), moved as (
    select s.recipient, s.family, s.partition, r.next_offset as before, s.next_offset as after,
        r.observed_at as before_at
    from seen s join reading r using (recipient, family, partition)
    where s.next_offset > r.next_offset
), marked as (
    insert into heard_mark (recipient, family, partition, next_offset, observed_at)
    select recipient, family, partition, after, $6::timestamptz from moved
    union all select recipient, family, partition, before, before_at from moved
    on conflict do nothing
), signs as (
    insert into presence (agency, read_at) select distinct recipient, $6::timestamptz from moved
    on conflict (agency) do update set read_at = excluded.read_at
), heard as (
    insert into delivery_time (minute, source, recipient, bucket, records)
    select date_trunc('minute', $6::timestamptz), e.source, m.recipient,
        least(40, ceil(log(
            2, greatest(1, 1000 * extract(epoch from $6::timestamptz - e.said_at))
        )))::smallint,
        count(*)
    from moved m cross join lateral (
        select source, said_at from step
        where recipient = m.recipient and family = m.family and partition = m.partition
            and "offset" >= m.before and "offset" < m.after
    ) e
    group by 2, 3, 4
    on conflict (minute, source, recipient, bucket) do update set
        records = delivery_time.records + excluded.records
)
insert into reading (recipient, family, partition, next_offset, end_offset, observed_at)
select recipient, family, partition, next_offset, end_offset, $6::timestamptz from seen
on conflict (recipient, family, partition) do update set
    next_offset = excluded.next_offset, end_offset = excluded.end_offset, observed_at = excluded.observed_at
"""


async def write_reading(connection: Connection, read: Sequence[Read], now: datetime) -> None:
    """Store how far groups have read. When a partition was read on, its events were heard before `now`.

    Where it stood before is marked as well: what lies below the lowest mark was read before anybody looked.
    """
    if read:
        await connection.execute(WRITE_READING, *map(list, zip(*read, strict=True)), now)


DROP_INSTANCES = "delete from instance"

WRITE_INSTANCES = """
insert into instance (agency, member, host, observed_at)
select a.id, i.member, i.host, $4 from unnest($1::text[], $2::text[], $3::text[]) as i(agency, member, host)
join agency a on a.name = i.agency
on conflict do nothing
"""

WRITE_GROUP_STATES = """
insert into presence (agency, group_state)
select a.id, s.state from unnest($1::text[], $2::text[]) as s(agency, state)
join agency a on a.name = s.agency
on conflict (agency) do update set group_state = excluded.group_state
"""


async def write_groups(connection: Connection, groups: Sequence[Group], now: datetime) -> None:
    """Store the groups and their members as they are now."""
    async with connection.transaction():
        members = [(each.agency, *member) for each in groups for member in each.members]
        await connection.execute(DROP_INSTANCES)
        if members:
            await connection.execute(WRITE_INSTANCES, *map(list, zip(*members, strict=True)), now)
        states = ([each.agency for each in groups], [each.state for each in groups])
        await connection.execute(WRITE_GROUP_STATES, *states)


CHECKED = """
update projector set checked_at = $1, records_behind = $2::bigint, oldest_unread_at = $3,
    kafka_away_since = null,
    rebuilding_since = case when $2::bigint = 0 then null else rebuilding_since end
where id = 1 and rebuilds = $4
"""


async def write_check(
    connection: Connection,
    now: datetime,
    records_behind: int,
    oldest_unread_at: datetime | None,
    rebuilds: int | None,
) -> None:
    """Store how far the projection is behind; at nothing a rebuild has come to its end.

    Whoever has not noticed yet that the projection is made anew (`rebuilds`) says nothing.
    """
    await connection.execute(CHECKED, now, records_behind, oldest_unread_at, rebuilds)


KAFKA_AWAY = """
update projector set kafka_away_since = coalesce(kafka_away_since, $1::timestamptz) where id = 1
"""


async def write_kafka_away(connection: Connection, now: datetime) -> None:
    """Note that Kafka does not answer."""
    await connection.execute(KAFKA_AWAY, now)


FORGET = """
with changes as (delete from change where at < $1::timestamptz - interval '1 hour'),
    marks as (delete from heard_mark where observed_at < $1::timestamptz - interval '15 days'),
    times as (delete from delivery_time where minute < $1::timestamptz - interval '35 days')
delete from flow where minute < $1::timestamptz - interval '35 days'
"""


async def forget_old(connection: Connection, now: datetime) -> None:
    """Remove what no page shows any more."""
    await connection.execute(FORGET, now)
