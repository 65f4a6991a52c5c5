"""The rows of events: written once a place, and read back for the referrals that they belong to."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from asyncpg import Connection

from ieum.casework.referral_fold import Said
from ieum_console.projection.families import FAMILY_NUMBERS
from ieum_console.projector.batch import StepRow
from ieum_console.projector.names import Names
from ieum_contracts.topics import Family

REFERRAL = FAMILY_NUMBERS[Family.REFERRAL]


class Place(NamedTuple):
    """The place of an event, with agencies by their numbers."""

    key: UUID
    source: int
    recipient: int
    family: int
    sequence: int


WRITE_STEPS = """
with written as (
insert into step (
    key, source, recipient, family, sequence, event_id, type, said_at, sent_at, partition, "offset", sends,
    differing, journey, causation, trace
)
select * from unnest(
    $1::uuid[], $2::smallint[], $3::smallint[], $4::smallint[], $5::bigint[], $6::uuid[], $7::smallint[],
    $8::timestamptz[], $9::timestamptz[], $10::smallint[], $11::bigint[], $12::int[], $13::boolean[],
    $14::uuid[], $15::text[], $16::text[]
)
on conflict (key, source, recipient, family, sequence) do update set
    sends = step.sends + excluded.sends,
    differing = step.differing or excluded.differing or step.event_id <> excluded.event_id
returning key, source, recipient, family, sequence, xmax = 0 as fresh
)
select key, source, recipient, family, sequence from written where not fresh
"""


async def write_steps(connection: Connection, steps: Mapping[Place, StepRow], names: Names) -> list[Place]:
    """Write the events of a batch; returns the places that were not there before."""
    if not steps:
        return []
    rows = []
    for place, step in steps.items():
        seen, envelope = step.seen, step.seen.envelope
        rows.append(
            (
                *place,
                envelope.id,
                names.type(envelope.type),
                envelope.time,
                seen.sent_at,
                seen.partition,
                seen.offset,
                step.sends,
                step.differing,
                envelope.journey,
                envelope.causation,
                envelope.traceparent,
            )
        )
    known = await connection.fetch(WRITE_STEPS, *map(list, zip(*rows, strict=True)))
    again = {Place(*row.values()) for row in known}
    return [place for place in steps if place not in again]


READ_STEPS = """
select e.key, e.source, e.recipient, e.family, e.sequence, t.name as type, e.event_id, e.said_at, e.sent_at,
    e.journey, e.causation
from step e join event_type t on t.id = e.type
where e.key = any($1::uuid[])
"""


async def read_steps(
    connection: Connection, keys: Iterable[UUID]
) -> Mapping[UUID, Sequence[tuple[Place, Said]]]:
    """Return every event of these keys, of all families."""
    found: dict[UUID, list[tuple[Place, Said]]] = {}
    for row in await connection.fetch(READ_STEPS, sorted(keys)):
        key, source, recipient, family, sequence, *rest = row.values()
        said = Said(source, recipient, sequence, *rest)
        found.setdefault(key, []).append((Place(key, source, recipient, family, sequence), said))
    return found
