"""Writes a batch in one transaction: what its headers say, what follows from it, how far was read."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from asyncpg import Connection

from ieum.casework.business_days import BusinessCalendar
from ieum.casework.referral_fold import Said
from ieum.errors import Transient
from ieum_console.projector.batch import Batch, StepKey, gather
from ieum_console.projector.day_rows import write_days
from ieum_console.projector.head_rows import read_stored, write_gaps, write_heads
from ieum_console.projector.headers import Rejected, Seen
from ieum_console.projector.names import OTHER_TYPE, Names, read_types
from ieum_console.projector.notice_rows import write_notices
from ieum_console.projector.step_rows import Place, read_steps, write_steps
from ieum_console.projector.streams_known import KnownKey, KnownKeys, known_of
from ieum_console.projector.traffic_rows import write_traffic


class RebuiltError(Transient):
    """The projection was emptied by somebody else, to be read anew."""


class ProjectionStore:
    """The projection as the projector writes it. Of several projectors one at a time gets its transaction."""

    def __init__(self, calendar: BusinessCalendar) -> None:
        self._calendar = calendar
        self._names = Names()
        self._known = KnownKeys()
        self.rebuilds: int | None = None

    async def apply(self, connection: Connection, records: Sequence[Seen | Rejected], now: datetime) -> int:
        """Write the records that lie behind the stored offsets; returns how many they were."""
        try:
            async with connection.transaction():
                offsets = await read_offsets(connection, lock=True)
                await self.check_projection(connection)
                new = [each for each in records if each.offset >= offsets.get(_partition(each), 0)]
                if new:
                    await self._write(connection, gather(new), now)
                return len(new)
        except BaseException:
            self.forget()
            raise

    def forget(self) -> None:
        """Forget what is remembered of the database: it was rolled back, or emptied."""
        self._names.forget()
        self._known.forget()

    async def begin(self, connection: Connection) -> None:
        """Begin a session: what is read from now on is for the projection as it is now."""
        self.forget()
        self.rebuilds = await connection.fetchval(REBUILDS)

    async def fold_again(self, connection: Connection, keys: set[UUID], now: datetime) -> None:
        """Write the referrals of these keys anew from their events, in the caller's transaction."""
        await self._names.learn(connection, (), [OTHER_TYPE, *await read_types(connection)])
        number = await connection.fetchval(NEXT_NUMBER, 0, now)
        await write_heads(connection, await self._read(connection, keys, now), self._names, number)

    async def check_projection(self, connection: Connection) -> None:
        """Raise RebuiltError when the projection was emptied since this session began."""
        if await connection.fetchval(REBUILDS) != self.rebuilds:
            raise RebuiltError("The projection is made anew; it is read from the beginning again.")

    async def _write(self, connection: Connection, batch: Batch, now: datetime) -> None:
        names = self._names
        await names.learn(connection, batch.agencies(), batch.types())
        number = await connection.fetchval(NEXT_NUMBER, batch.records, now)
        steps = {self._place(key): row for key, row in batch.steps.items()}
        fresh = await write_steps(connection, steps, names)
        said = {place: _said(place, steps[place].seen) for place in fresh}
        await write_heads(connection, await self._follow(connection, said, now), names, number)
        await write_days(connection, said, names)
        events = _by_edge(names, fresh)
        await write_traffic(connection, batch, names, events=events, number=number, now=now)
        await write_notices(connection, batch, names)
        rows = [(*place, offset) for place, offset in sorted(batch.next_offsets.items())]
        await connection.execute(WRITE_OFFSETS, *map(list, zip(*rows, strict=True)))

    async def _follow(
        self, connection: Connection, said: Mapping[Place, Said], now: datetime
    ) -> Mapping[UUID, KnownKey]:
        """Take new events into what is known of their keys; keys that do not follow are read as a whole."""
        changed: dict[UUID, KnownKey] = {}
        unknown: set[UUID] = set()
        for place, event in sorted(said.items(), key=lambda each: (each[1].sent_at, each[0])):
            known = self._known.get(place.key)
            if known is None or place.key in unknown or not known.take(place, event):
                unknown.add(place.key)
            else:
                changed[place.key] = known
        if unknown:
            changed |= await self._read(connection, unknown, now)
        for key, known in changed.items():
            self._known.keep(key, known)
        return changed

    async def _read(self, connection: Connection, keys: set[UUID], now: datetime) -> Mapping[UUID, KnownKey]:
        events = await read_steps(connection, keys)
        stored = await read_stored(connection, keys)
        found = {key: known_of(key, each, self._calendar) for key, each in events.items()}
        for key, known in found.items():
            known.stored = stored.get(key)
        await write_gaps(connection, found, now)
        return found

    def _place(self, key: StepKey) -> Place:
        ids = self._names.agencies
        return Place(key.key, ids[key.source], ids[key.recipient], key.family, key.sequence)


REBUILDS = "select rebuilds from projector where id = 1"

READ_OFFSETS = "select topic, partition, next_offset from partition_position"

LOCK_OFFSETS = "select pg_advisory_xact_lock(0x6965636f)"

WRITE_OFFSETS = """
insert into partition_position (topic, partition, next_offset)
select * from unnest($1::text[], $2::smallint[], $3::bigint[])
on conflict (topic, partition) do update set next_offset = excluded.next_offset
"""

NEXT_NUMBER = """
update projector set number = number + 1, applied = applied + $1, applied_at = $2 where id = 1
returning number
"""


async def read_offsets(connection: Connection, *, lock: bool = False) -> dict[tuple[str, int], int]:
    """Return from which offset each partition is read next; with `lock` nobody else writes meanwhile."""
    if lock:
        await connection.execute(LOCK_OFFSETS)
    rows = await connection.fetch(READ_OFFSETS)
    return {(row["topic"], row["partition"]): row["next_offset"] for row in rows}


def _partition(each: Seen | Rejected) -> tuple[str, int]:
    return (each.topic if isinstance(each, Rejected) else each.mailbox.topic), each.partition


def _said(place: Place, seen: Seen) -> Said:
    envelope = seen.envelope
    return Said(
        *(place.source, place.recipient, place.sequence, envelope.type, envelope.id),
        *(envelope.time, seen.sent_at, envelope.journey, envelope.causation),
    )


def _by_edge(names: Names, fresh: Sequence[Place]) -> dict[tuple[str, str], int]:
    agencies = {number: name for name, number in names.agencies.items()}
    return Counter((agencies[each.source], agencies[each.recipient]) for each in fresh)
