"""Sends the outbox and the notices to Kafka: read in order, send, delete what was acknowledged."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence

import structlog
from asyncpg import Connection, Record

from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.sending.partition_queue import Outcome, Outgoing, Place
from ieum.delivery.sending.producer import Producer
from ieum.delivery.sending.read_from import NOTICES, ReadFrom
from ieum.delivery.sending.relay_spans import trace_sent
from ieum.delivery.sending.set_aside import set_all_aside, set_aside, set_notices_aside
from ieum.delivery.streams.peers import Peers
from ieum.delivery.streams.stream import FAMILIES
from ieum.errors import Poison
from ieum.observe.tracing import now_ns
from ieum_contracts import envelope
from ieum_contracts.topics import Family, topic_of

BATCH_MAX = 150
KEEP_ALIVE_SECONDS = 1.0

_log = structlog.get_logger(__name__)

_NEXT = """
with peers as materialized (
    select peer.id as peer, coalesce(f.begin, 0) as begin
    from peer left join unnest($4::smallint[], $5::bigint[]) as f (peer, begin) on f.peer = peer.id
), sent as (
    delete from outbox where id = any($1::bigint[])
), told as (
    delete from notice where id = any($2::bigint[])
)
select
    o.id, o.key, o.peer, o.family, l.headers, false as notice,
    case when not o.resent or l.digest = sha256(l.headers || sha256(l.body)) then l.body end as body
from (
    select waiting.* from peers
    cross join lateral (
        select r.*, row_number() over (order by r.id) as place from (
            select * from outbox
            where (peer, id) > (peers.peer, peers.begin) and (peer, id) < (peers.peer + 1, 0)
                and not held and id <> all($1::bigint[])
            order by peer, id limit $3
        ) r
    ) waiting
    order by waiting.place, waiting.id limit $3
) o
cross join lateral (
    select headers, digest, body from ledger
    where key = o.key and peer = o.peer and family = o.family and said and sequence = o.sequence limit 1
) l
union all
select id, key, peer, 4::smallint, headers, true, body
from (select * from notice where id > $6 and not held and id <> all($2::bigint[]) order by id limit $3) n
"""
"""Each peer has its share: one for whom much waits stands in nobody's way. A peer's rows keep their order."""


class OutboxSender:
    """Sends while its connection holds the agency's lock; deletes what it sent with the next read.

    `keep_alive` is called each second of a long wait for the broker: the session must not look idle.
    """

    def __init__(
        self,
        connection: Connection,
        context: DeliveryContext,
        producer: Producer,
        keep_alive: Callable[[Connection, ReadFrom], Awaitable[None]],
    ) -> None:
        self._connection = connection
        self._keep_alive = keep_alive
        self._peers = context.peers
        self._set_aside_rows = context.limits.set_aside_rows
        self._producer = producer
        self._tracer = context.tracer
        self._sent: list[int] = []
        self._told: list[int] = []
        self.read_from = ReadFrom(context.limits.open_transactions_seconds)
        self.passed_over = frozenset[int]()
        """The peers of which records of the last turn were set aside or dropped."""

    async def turn(self) -> int:
        """Send the oldest rows of each peer and the oldest notices; returns how many. Raises Transient.

        When the broker refuses a topic, all rows that wait for it are set aside; of a partition that is away
        those that were read. A notice that is said again is dropped then, any other waits. The rest goes on.
        """
        await self.read_from.look(self._connection, asyncio.get_running_loop().time())
        begins = (*self.read_from.columns(), self.read_from.begin(NOTICES))
        found = await self._connection.fetch(_NEXT, self._sent, self._told, BATCH_MAX, *begins)
        self._sent, self._told = [], []
        found.sort(key=lambda row: (row["notice"], row["id"]))
        rows = self._with_bodies(found)
        outgoing = await _outgoing(self._connection, self._peers, rows)
        outcome = await self._send(rows, outgoing)
        for topic, poison in outcome.refused.items():
            mine = [row for row, each in zip(rows, outgoing, strict=True) if each.topic == topic]
            await self._refused(mine, topic, poison)
        away = {index for indexes in outcome.away.values() for index in indexes}
        for place, indexes in outcome.away.items():
            await self._away([rows[index] for index in indexes], place)
        self.passed_over = frozenset(
            row["peer"]
            for index, row in enumerate(rows)
            if outgoing[index].topic in outcome.refused or index in away
        )
        self.read_from.note(found, self._sent, self._told, rows_max=BATCH_MAX)
        return len(found)

    def _with_bodies(self, rows: Sequence[Record]) -> list[Record]:
        """Drop a resend whose body was cleared meanwhile, or a part of it: it would be another event."""
        gone = [row for row in rows if row["body"] is None]
        if gone:
            _log.error("outbox.body-expired", events=len(gone))
            self._acknowledged(gone)
        return [row for row in rows if row["body"] is not None]

    async def _send(self, rows: Sequence[Record], outgoing: Sequence[Outgoing]) -> Outcome:
        """Send, and remember what was acknowledged."""
        if not rows:
            return Outcome()
        began = now_ns()
        sending = asyncio.ensure_future(self._producer.send(outgoing))
        try:
            while not (await asyncio.wait([sending], timeout=KEEP_ALIVE_SECONDS))[0]:
                await self._keep_alive(self._connection, self.read_from)
            outcome = await sending
        finally:
            sending.cancel()
        self._acknowledged([rows[index] for index in outcome.acknowledged])
        events = (outgoing[index] for index in outcome.acknowledged if not rows[index]["notice"])
        trace_sent(self._tracer, events, began)
        return outcome

    def _acknowledged(self, rows: Iterable[Record]) -> None:
        for row in rows:
            (self._told if row["notice"] else self._sent).append(row["id"])

    async def _refused(self, rows: Sequence[Record], topic: str, poison: Poison) -> None:
        """Set aside all that waits for a topic, whether it was read or not."""
        await self._set_notices_aside(rows, poison.reason, topic)
        waits = next((row for row in rows if not row["notice"]), None)
        if waits is not None:
            _log.error("relay.set-aside", reason=poison.reason, topic=topic)
            await set_all_aside(self._connection, waits["peer"], waits["family"], self._set_aside_rows)

    async def _away(self, rows: Sequence[Record], place: Place) -> None:
        """Set aside what was read for a partition that is away."""
        topic, partition = place
        await self._set_notices_aside(rows, "PartitionAway", topic)
        waiting = [row["id"] for row in rows if not row["notice"]]
        if waiting:
            _log.warning("relay.partition-away", topic=topic, partition=partition, events=len(waiting))
            await set_aside(self._connection, waiting)

    async def _set_notices_aside(self, rows: Sequence[Record], reason: str, topic: str) -> None:
        notices = [row for row in rows if row["notice"] and row["id"] not in self._told]
        if dropped := await set_notices_aside(self._connection, notices):
            _log.error("relay.notice-dropped", reason=reason, topic=topic, notices=dropped)


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
