"""Carrying the outbox and the notices to Kafka: read in order, send, delete what was acknowledged."""

import asyncio
from collections.abc import Sequence

import structlog
from asyncpg import Connection, Record

from ieum.delivery.peers import Peers
from ieum.delivery.producer import Outgoing, Producer, Unacknowledged
from ieum.delivery.streams import FAMILIES
from ieum.errors import Poison
from ieum_contracts import envelope
from ieum_contracts.topics import Family, topic_of

BATCH_MAX = 500
KEEP_ALIVE_SECONDS = 1.0

_log = structlog.get_logger(__name__)

_READ = """
select o.id, o.key, o.peer, o.family, l.headers, l.body
from (select * from outbox where not held order by id limit $1) o
cross join lateral (
    select headers, body from ledger
    where key = o.key and peer = o.peer and family = o.family and said and sequence = o.sequence limit 1
) l
order by o.id
"""
_DELETE = "delete from outbox where id = any($1::bigint[])"
_SET_ASIDE = "update outbox set held = true where peer = $1 and family = $2 and not held"


async def carry_outbox(connection: Connection, peers: Peers, producer: Producer) -> bool:
    """Send the oldest rows of the outbox; True when there may be more. Raises Transient.

    A topic that the broker will not take from us is set aside with all that waits for it; the rest goes on.
    """
    rows = await connection.fetch(_READ, BATCH_MAX)
    outgoing = await _outgoing(connection, peers, rows)
    sent, poison = await _send(connection, producer, _DELETE, rows, outgoing)
    if poison is not None:
        _log.error("relay.set-aside", reason=poison.reason, topic=outgoing[sent].topic)
        await connection.execute(_SET_ASIDE, rows[sent]["peer"], rows[sent]["family"])
    return poison is not None or len(rows) == BATCH_MAX


_RELEASE = "update outbox set held = false where held"


async def release(connection: Connection) -> None:
    """Try again what was set aside."""
    await connection.execute(_RELEASE)


_READ_NOTICES = "select id, peer, 4::smallint as family, key, headers, body from notice order by id limit $1"
_DELETE_NOTICES = "delete from notice where id = any($1::bigint[])"


async def carry_notices(connection: Connection, peers: Peers, producer: Producer) -> bool:
    """Send the oldest notices; one that the broker will never take is dropped, for it is only talk."""
    rows = await connection.fetch(_READ_NOTICES, BATCH_MAX)
    outgoing = await _outgoing(connection, peers, rows)
    sent, poison = await _send(connection, producer, _DELETE_NOTICES, rows, outgoing)
    if poison is not None:
        _log.error("relay.notice-dropped", reason=poison.reason, topic=outgoing[sent].topic)
        await connection.execute(_DELETE_NOTICES, [rows[sent]["id"]])
    return poison is not None or len(rows) == BATCH_MAX


async def _outgoing(connection: Connection, peers: Peers, rows: Sequence[Record]) -> list[Outgoing]:
    if any(not peers.knows_number(row["peer"]) for row in rows):
        await peers.read(connection)
    return [
        Outgoing(
            topic=topic_of(peers.address(row["peer"]), Family(FAMILIES[row["family"]])),
            key=str(row["key"]).encode(),
            value=row["body"] or b"",
            headers=envelope.from_canonical(row["headers"]),
        )
        for row in rows
    ]


async def _send(
    connection: Connection,
    producer: Producer,
    delete: str,
    rows: Sequence[Record],
    outgoing: Sequence[Outgoing],
) -> tuple[int, Poison | None]:
    """Send, then delete what was acknowledged, also what was acknowledged before a failure."""
    if not rows:
        return 0, None
    sent = 0
    poison: Poison | None = None
    sending = asyncio.ensure_future(producer.send(outgoing))
    try:
        while not (await asyncio.wait([sending], timeout=KEEP_ALIVE_SECONDS))[0]:
            await connection.execute("select 1")  # a session that holds the lock must not look idle
        sent, poison = await sending
    except Unacknowledged as error:
        sent = error.count
        raise
    finally:
        sending.cancel()
        if sent:
            await connection.execute(delete, [row["id"] for row in rows[:sent]])
    return sent, poison
