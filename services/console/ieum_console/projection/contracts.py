"""Contracts: programmes on the catalogue, and the event types and versions that each agency speaks."""

from dataclasses import dataclass
from datetime import datetime

from asyncpg import Connection

from ieum_contracts.catalogue import EVENT_TYPES

ROWS_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Programme:
    """A programme by its id; its name and terms stand in a body, and are asked of the agency's own API."""

    agency: str
    programme: str
    published_at: datetime
    capacity_at: datetime | None


@dataclass(frozen=True, slots=True)
class SpokenType:
    """An event type that an agency has said, under one schema.

    `known` says whether this version of the contracts has the type, `same_schema` whether under this schema.
    """

    agency: str
    type: str
    dataschema: str
    records: int
    first_at: datetime
    last_at: datetime

    @property
    def known(self) -> bool:
        """Whether this version of the contracts has the type."""
        return self.type in EVENT_TYPES

    @property
    def same_schema(self) -> bool:
        """Whether it was said under the schema that this version has."""
        return self.known and EVENT_TYPES[self.type].dataschema == self.dataschema


@dataclass(frozen=True, slots=True)
class RejectedRecords:
    """Records of a topic whose headers are none of this wire: counted, and passed over."""

    topic: str
    reason: str
    records: int
    last_offset: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class ContractsView:
    """What the page shows."""

    programmes: tuple[Programme, ...]
    spoken: tuple[SpokenType, ...]
    rejected: tuple[RejectedRecords, ...]


PROGRAMMES = """
select a.name as agency, p.id as programme, p.published_at, p.capacity_at
from programme p join agency a on a.id = p.agency order by a.name, p.id limit $1
"""

SPOKEN = """
select a.name as agency, t.name as type, s.dataschema, s.records, s.first_at, s.last_at
from spoken s join agency a on a.id = s.agency join event_type t on t.id = s.type
order by a.name, t.name, s.dataschema limit $1
"""

REJECTED = (
    "select topic, reason, records, last_offset, last_at from rejected_record order by topic, reason limit $1"
)


async def read_contracts(connection: Connection) -> ContractsView:
    """Read what agencies offer and speak."""
    return ContractsView(
        tuple(Programme(**dict(row)) for row in await connection.fetch(PROGRAMMES, ROWS_MAX)),
        tuple(SpokenType(**dict(row)) for row in await connection.fetch(SPOKEN, ROWS_MAX)),
        tuple(RejectedRecords(**dict(row)) for row in await connection.fetch(REJECTED, ROWS_MAX)),
    )
