"""A bare agency: the whole delivery around a trivial fold, as a process of its own.

It answers every `referral.amended` with `referral.amendment-noted`, and keeps each event that it folded in a
table of its own, in the same transaction, so that a test can compare what was said with what had effect. What
caused an event (`ce_causation`) may tell the fold to misbehave, until the event's key stands in `healed`.
"""

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import structlog
import uvloop
from asyncpg import Connection, Record

from ieum.delivery.application import Applied, Awaiting, Outcome, Refused, Untaken
from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.delivery_service import Delivery
from ieum.delivery.streams.batch_write import Condition, Rows, write, write_rows
from ieum.delivery.streams.peers import Peers
from ieum.observe.logging import set_up_logging
from ieum.settings import Settings
from ieum.storage.database import open_database
from ieum_contracts.catalogue import EVENT_TYPES
from ieum_contracts.decisions import ReferralAmendmentNoted
from ieum_contracts.message import Event, Say
from ieum_contracts.referral import ReferralAmended

TABLES = """
create table if not exists effect (
    event_id uuid, source text, family text, key uuid, sequence bigint, o serial
);
create table if not exists healed (key uuid);
create table if not exists untaken (event_id uuid, kind text, reason text);
"""
READY_PAUSE_SECONDS = 0.02
REFUSE, AWAIT, RAISE, BREAK = "fold.refuse:", "fold.await", "fold.raise", "flush.raise"

_log = structlog.get_logger(__name__)


class FlushError(Exception):
    """What a flush raises that one event of its batch breaks."""


@dataclass
class Noted:
    """What the bare agency knows of a batch: which keys have healed, and the events that it folded."""

    healed: set[UUID]
    events: list[Event] = field(default_factory=list)
    untaken: list[Untaken] = field(default_factory=list)


_EFFECT = """kept as (
    insert into effect (event_id, source, family, key, sequence)
    select event_id, source, family, key, sequence from unnest({rows:effect})
)"""


class Notes:
    """The trivial application."""

    every = "select array(select key from unnest($1::uuid[]) as i (key) order by key) as ids"
    columns = "array(select key from healed where key in (select unnest({ids}))) as healed"
    versions = """
        select h.xmin::text from unnest({ids}) as i (key)
        cross join lateral (select xmin from healed where key = i.key {lock}) h
    """

    def ids(self, events: Sequence[Event]) -> Collection[UUID] | None:
        """Return the keys."""
        return {UUID(event.envelope.subject) for event in events}

    async def known(self, connection: Connection, found: Record, _ids: Collection[UUID]) -> Noted | None:
        """Know which of the keys have healed."""
        return Noted(set(found["healed"]))

    async def flush_if(self, connection: Connection, known: Noted, rows: Rows, condition: Condition) -> bool:
        """Keep what was folded, by one statement."""
        _break(known)
        kept = [(*_effect(each), None) for each in known.events]
        return await write(connection, [*rows.parts(), (_EFFECT, kept)], condition)

    async def load(
        self,
        connection: Connection,
        events: Sequence[Event],
        untaken: Sequence[Untaken] = (),
    ) -> Noted:
        """Know which of the keys have healed."""
        keys = [UUID(event.envelope.subject) for event in events]
        rows = await connection.fetch("select key from healed where key = any($1::uuid[])", keys)
        return Noted({row["key"] for row in rows})

    def hear_untaken(self, known: Noted, untaken: Untaken, now: datetime) -> None:
        """Note what the peer did not take in."""
        known.untaken.append(untaken)

    def keys(self, known: Noted) -> Collection[UUID]:
        """Say nothing on other keys than those heard on."""
        return ()

    def fold(self, known: Noted, event: Event, now: datetime) -> Outcome:
        """Note the event; answer what asks for an answer."""
        key, cause = UUID(event.envelope.subject), event.envelope.causation or ""
        if key not in known.healed:
            if cause == RAISE:
                raise ValueError(f"A bug prints what it was given: {event.body!r}")
            if cause == AWAIT:
                return Awaiting("awaiting-referral")
            if cause.startswith(REFUSE):
                return Refused(cause.removeprefix(REFUSE))
        known.events.append(event)
        if not isinstance(event.body, ReferralAmended):
            return Applied()
        answer = ReferralAmendmentNoted(answers=(event.envelope.id,))
        return Applied((Say(event.envelope.source, key, event.envelope.journey, answer),))

    async def flush(self, connection: Connection, known: Noted, rows: Rows, now: datetime) -> None:
        """Keep what was folded."""
        await write_rows(connection, rows)
        _break(known)
        await connection.executemany(
            "insert into untaken (event_id, kind, reason) values ($1, $2, $3)",
            [(each.event_id, each.kind, each.reason) for each in known.untaken],
        )
        await connection.executemany(
            "insert into effect (event_id, source, family, key, sequence) values ($1, $2, $3, $4, $5)",
            [_effect(each) for each in known.events],
        )


def _break(known: Noted) -> None:
    """Raise where one of the events breaks its batch."""
    for event in known.events:
        if event.envelope.causation == BREAK and UUID(event.envelope.subject) not in known.healed:
            raise FlushError(f"A bug prints what it was given: {event.body!r}")


def _effect(event: Event) -> tuple[object, ...]:
    heard = event.envelope
    family = str(EVENT_TYPES[heard.type].family)
    return heard.id, str(heard.source), family, UUID(heard.subject), heard.sequence


async def run(settings: Settings, ready: Callable[[], None]) -> None:
    """Run one bare agency until cancelled; `ready` is called when everything works."""
    database = await open_database(settings.database_dsn.get_secret_value(), settings.database_login())
    context = DeliveryContext(settings.address, database, Peers(), lambda: datetime.now(UTC))
    async with database.acquire() as connection:
        await connection.execute(TABLES)
    delivery = Delivery(settings, context, Notes())
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(delivery.run())
            while await delivery.problems():
                await asyncio.sleep(READY_PAUSE_SECONDS)
            ready()
    finally:
        await database.close()


def main() -> None:
    """Run the agency that the environment describes."""
    settings = Settings()
    set_up_logging("json", "info", agency=settings.agency)
    uvloop.run(run(settings, lambda: _log.info("bare.ready")))


if __name__ == "__main__":
    main()
