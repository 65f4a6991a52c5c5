"""Sends the outbox and the notices to Kafka: read in order, send, delete what was acknowledged."""

import asyncio
from collections.abc import Callable, Sequence

import structlog
from asyncpg import Connection, Record

from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.sending.feed_numbering import number_feed
from ieum.delivery.sending.producer import Outgoing, Producer, Unacknowledged
from ieum.delivery.streams.peers import Peers
from ieum.delivery.streams.stream import FAMILIES
from ieum.errors import Poison
from ieum.observe.tracing import now_ns
from ieum_contracts import envelope
from ieum_contracts.topics import Family, topic_of

BATCH_MAX = 500
KEEP_ALIVE_SECONDS = 1.0

_log = structlog.get_logger(__name__)

_NEXT = """
with sent as (
    delete from outbox where id = any($1::bigint[])
), told as (
    delete from notice where id = any($2::bigint[])
)
select o.id, o.key, o.peer, o.family, l.headers, l.body, false as notice
from (select * from outbox where not held and id <> all($1::bigint[]) order by id limit $3) o
cross join lateral (
    select headers, body from ledger
    where key = o.key and peer = o.peer and family = o.family and said and sequence = o.sequence limit 1
) l
union all
select id, key, peer, 4::smallint, headers, body, true
from (select * from notice where id <> all($2::bigint[]) order by id limit $3) n
"""
_SET_ASIDE = """
update outbox set held = true where id = any(array(
    select id from outbox where peer = $1 and family = $2 and not held order by id limit $3
))
"""
_DROP = "delete from notice where id = $1"


class OutboxSender:
    """Sends while its connection holds the agency's lock; deletes what it sent with the next read.

    `alive` is called each second of a long wait for the broker.
    """

    def __init__(
        self, connection: Connection, context: DeliveryContext, producer: Producer, alive: Callable[[], None]
    ) -> None:
        self._connection = connection
        self._alive = alive
        self._peers = context.peers
        self._set_aside_rows = context.limits.set_aside_rows
        self._producer = producer
        self._tracer = context.tracer
        self._sent: list[int] = []
        self._told: list[int] = []
        self.refused = False
        """Whether the broker refused our records for a topic in the last turn."""

    async def turn(self) -> int:
        """Send the oldest rows of the outbox and the oldest notices; returns how many. Raises Transient.

        When the broker refuses a topic, all rows that wait for it are set aside, and a notice
        that it will never accept is dropped, for it can be repeated; the rest goes on.
        """
        found = await self._connection.fetch(_NEXT, self._sent, self._told, BATCH_MAX)
        self._sent, self._told = [], []
        found.sort(key=lambda row: (row["notice"], row["id"]))
        rows = self._with_bodies(found)
        outgoing = await _outgoing(self._connection, self._peers, rows)
        acknowledged, poison = await self._send(rows, outgoing)
        if poison is not None:
            await self._pass_over(rows[acknowledged], outgoing[acknowledged].topic, poison)
        self.refused = poison is not None
        return len(found)

    def _with_bodies(self, rows: Sequence[Record]) -> list[Record]:
        """Drop a resend whose body retention has cleared meanwhile: without it, it would be another event."""
        gone = [row for row in rows if row["body"] is None]
        if gone:
            _log.error("outbox.body-expired", events=len(gone))
            self._acknowledged(gone)
        return [row for row in rows if row["body"] is not None]

    async def _send(self, rows: Sequence[Record], outgoing: Sequence[Outgoing]) -> tuple[int, Poison | None]:
        """Send, and remember what was acknowledged, including what came before a failure."""
        if not rows:
            return 0, None
        acknowledged, began = 0, now_ns()
        poison: Poison | None = None
        sending = asyncio.ensure_future(self._producer.send(outgoing))
        try:
            while not (await asyncio.wait([sending], timeout=KEEP_ALIVE_SECONDS))[0]:
                self._alive()
                await number_feed(self._connection)  # the session that holds the lock must not look idle
            acknowledged, poison = await sending
        except Unacknowledged as error:
            acknowledged = error.count
            raise
        finally:
            sending.cancel()
            self._acknowledged(rows[:acknowledged])
            self._trace(rows[:acknowledged], outgoing, began)
        return acknowledged, poison

    def _acknowledged(self, rows: Sequence[Record]) -> None:
        self._sent += [row["id"] for row in rows if not row["notice"]]
        self._told += [row["id"] for row in rows if row["notice"]]

    def _trace(self, rows: Sequence[Record], outgoing: Sequence[Outgoing], began: int) -> None:
        """Note the way to Kafka of each event that was acknowledged; notices have no trace."""
        if not self._tracer.is_on:
            return
        for row, sent in zip(rows, outgoing, strict=False):
            if not row["notice"]:
                headers = {name: value.decode() for name, value in sent.headers}
                said = {"messaging.system": "kafka", "messaging.destination.name": sent.topic}
                said |= {"messaging.message.id": headers["ce_id"], "ieum.event.type": headers["ce_type"]}
                span = self._tracer.start(
                    "relay", headers.get("traceparent"), said, at=began, kind="producer"
                )
                span.end("acknowledged")

    async def _pass_over(self, row: Record, topic: str, poison: Poison) -> None:
        if row["notice"]:
            _log.error("relay.notice-dropped", reason=poison.reason, topic=topic)
            await self._connection.execute(_DROP, row["id"])
        else:
            _log.error("relay.set-aside", reason=poison.reason, topic=topic)
            await self._connection.execute(_SET_ASIDE, row["peer"], row["family"], self._set_aside_rows)


_RELEASE = """
update outbox set held = false where id = any(array(select id from outbox where held order by id limit $1))
"""


async def release(connection: Connection, rows: int) -> bool:
    """Release the oldest rows that were set aside; returns whether there may be more."""
    status: str = await connection.execute(_RELEASE, rows)
    return status == f"UPDATE {rows}"


async def _outgoing(connection: Connection, peers: Peers, rows: Sequence[Record]) -> list[Outgoing]:
    await peers.load_numbers(connection, (row["peer"] for row in rows))
    return [
        Outgoing(
            topic=topic_of(peers.address(row["peer"]), Family(FAMILIES[row["family"]])),
            key=str(row["key"]).encode(),
            value=row["body"],
            headers=envelope.from_canonical(row["headers"]),
        )
        for row in rows
    ]
