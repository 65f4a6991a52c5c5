"""An agency that is not built with our kit: it writes any record into another's mailbox."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from ieum.delivery.receiving.inbox import Inbox
from ieum.delivery.records.partitions import partition_of
from ieum.delivery.records.received import Record
from ieum_contracts import envelope
from ieum_contracts.address import Address
from ieum_contracts.catalogue import EVENT_TYPES, dataschema_of, encode, type_of
from ieum_contracts.envelope import Envelope
from ieum_contracts.model import Model
from ieum_contracts.topics import Family, topic_of
from tests.kit.api.agency_api import Api, Carried, settle

NOT_ZERO = 1


@dataclass
class Foreign:
    """Speaks as an agency to one API; it counts the numbers of its streams by itself."""

    me: Address
    to: Api
    numbers: dict[tuple[UUID, Family], int] = field(default_factory=dict)

    async def say(
        self,
        key: UUID,
        body: Model,
        *,
        journey: UUID | None = None,
        value: bytes | None = None,
        at: datetime | None = None,
    ) -> UUID:
        """Say one event, with other bytes or another time where they are given; returns its id."""
        kind = EVENT_TYPES[type_of(body)]
        number = None
        if kind.family is not Family.DELIVERY:
            number = self.numbers[key, kind.family] = self.numbers.get((key, kind.family), 0) + NOT_ZERO
        event = Envelope(
            id=uuid7(),
            source=self.me,
            type=type_of(body),
            time=at or datetime.now(UTC),
            subject=str(key),
            recipient=self.to.me,
            dataschema=dataschema_of(body),
            sequence=number,
            journey=journey,
        )
        await self.take(kind.family, key, envelope.write(event), encode(body) if value is None else value)
        return event.id

    async def take(self, family: Family, key: UUID, headers: list[tuple[str, bytes]], value: bytes) -> None:
        """Put one record into the mailbox."""
        place = (
            topic_of(self.to.me, family),
            0 if family is Family.DELIVERY else partition_of(str(key).encode()),
        )
        record: Record = Carried(*place, self.to.offsets[place], str(key).encode(), value, headers)
        self.to.offsets[place] += 1
        api_context = self.to.api_context
        await Inbox(api_context.delivery, self.to.outbox, api_context.handler).take([record], mind_gap=False)


_NOTICES = "delete from notice where peer = $1 returning id, key, headers, body"


async def carry_notices(teller: Api, hearer: Api) -> int:
    """Carry what one agency tells the other about delivery; returns how many notices went."""
    async with teller.database.acquire() as connection:
        rows = await connection.fetch(_NOTICES, teller.api_context.delivery.peers.number(hearer.me))
    foreign = Foreign(teller.me, hearer)
    for row in sorted(rows, key=lambda row: row["id"]):
        headers = list(envelope.from_canonical(row["headers"]))
        await foreign.take(Family.DELIVERY, row["key"], headers, row["body"])
    return len(rows)


async def settle_all(one: Api, other: Api) -> None:
    """Carry to and fro, talk about delivery as well, until both have heard everything."""
    for _ in range(10):
        await settle(one, other)
        if await carry_notices(one, other) + await carry_notices(other, one) == 0:
            return
    raise AssertionError("The two agencies never stop talking.")


async def lose(api: Api, to: Address, key: UUID) -> None:
    """Lose what waits to be sent under a key."""
    async with api.database.acquire() as connection:
        number = api.api_context.delivery.peers.number(to)
        await connection.execute("delete from outbox where key = $1 and peer = $2", key, number)


async def wake(api: Api, key: UUID) -> None:
    """Let what waits under a key be tried."""
    api_context = api.api_context
    await Inbox(api_context.delivery, api.outbox, api_context.handler).wake({key})
