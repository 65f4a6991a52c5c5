"""Exports the history of a centre under test from its agencies' databases, once all is quiet."""

from collections.abc import AsyncIterator, Collection
from datetime import UTC, datetime, timedelta
from uuid import UUID

from asyncpg import Connection, Record
from pydantic_core import from_json

from ieum.delivery.streams.stream import FAMILIES
from ieum_contracts import envelope
from ieum_contracts.topics import Family
from ieum_lab.testing.effect_log import PREFETCHED, read_effect_log
from ieum_lab.testing.exporting_clocks import export_clocks
from ieum_lab.testing.exporting_contents import export_contents
from ieum_lab.testing.exporting_rooms import export_rooms
from ieum_lab.testing.history import Fact, Heard, HistoryStream, Left, Parked, Quarantined, Said, Unkept

_SAID = """
select a.address as peer, l.key, l.family, l.sequence, l.digest, l.type, l.headers
from ledger l join peer a on a.id = l.peer where l.said
"""
_HEARD = """
select a.address as peer, l.key, l.family, l.sequence, l.digest, l.type, l.event_id, l.fate, l.reason,
       l.body, f.id as feed
from ledger l join peer a on a.id = l.peer
left join feed f on (f.key, f.peer, f.family, f.sequence) = (l.key, l.peer, l.family, l.sequence)
    and not f.said
where not l.said
"""
_PARKED = """
select a.address as peer, p.key, p.family, p.sequence, p.digest, p.reason, p.dead
from parked p join peer a on a.id = p.peer
"""
_UNKEPT = "select coalesce(sum(unkept), 0)::bigint from source"
_QUARANTINED = 'select topic, partition, "offset", reason from quarantine'


REMINDER = "referral.overdue.v1"
CLOCKS_SECONDS = timedelta(seconds=10)
"""Within which what is due is acted on."""


async def export_agency(
    connection: Connection, me: str, automatic: Collection[str] = (), lost: Collection[str] = ()
) -> AsyncIterator[Fact]:
    """Return every fact in an agency's database; `me` is its address as text.

    Of the programmes in `automatic` no worker gives a place away. Nobody has what was said on `lost` keys.
    """
    heard: set[UUID] = set()
    async for row in _rows(connection, _HEARD):
        heard.add(row["event_id"])
        yield _heard(row, me)
    async for row in _rows(connection, _SAID):
        yield _said(row, me, heard)
    async for row in _rows(connection, _PARKED):
        number = (_stream(row, row["peer"], me), row["sequence"])
        yield Parked(*number, row["digest"].hex(), row["reason"], row["dead"])
    async for row in _rows(connection, _QUARANTINED):
        family = row["topic"].rpartition(".")[2]
        yield Quarantined(me, family, row["partition"], row["offset"], row["reason"])
    yield Unkept(me, await connection.fetchval(_UNKEPT))
    async for change in read_effect_log(connection, me):
        yield change
    async for clock in export_clocks(connection, me, datetime.now(UTC) - CLOCKS_SECONDS):
        yield clock
    async for place in export_rooms(connection, me, automatic):
        yield place
    async for content in export_contents(connection, me):
        yield content
    for left in await leftovers(connection, me, lost):
        yield left


_LEFT = """
select 'outbox' as what, count(*) as rows from outbox
union all select 'notice', count(*) from notice
union all select 'feed without numbers', count(*) from feed where number is null
union all select 'stopped streams', count(*) from stream where stopped is not null
union all
select 'streams behind their peer', count(*)
from expected e left join stream s using (key, peer, family)
where e.said > coalesce(s.heard, 0) and e.key <> all($1::uuid[])
"""


async def leftovers(connection: Connection, me: str, lost: Collection[str] = ()) -> list[Left]:
    """Return the work that an agency still has to do; empty when it is at rest.

    What it misses of streams whose keys are `lost` is no work: nobody has it any more.
    """
    rows = await connection.fetch(_LEFT, [UUID(key) for key in lost])
    return [Left(me, row["what"], f"has {row['rows']}") for row in rows if row["rows"]]


async def _rows(connection: Connection, query: str) -> AsyncIterator[Record]:
    async with connection.transaction():
        async for row in connection.cursor(query, prefetch=PREFETCHED):
            yield row


def _stream(row: Record, source: str, recipient: str) -> HistoryStream:
    return HistoryStream(source, recipient, FAMILIES[row["family"]], str(row["key"]))


def _said(row: Record, me: str, heard: set[UUID]) -> Said:
    event = envelope.read(envelope.from_canonical(row["headers"]))
    cause = event.causation or f"clock {event.id}"
    decided_here = event.causation is None or UUID(event.causation) not in heard
    of_referral = FAMILIES[row["family"]] != Family.CASE_CLOSED and row["type"] != REMINDER
    return Said(
        stream=_stream(row, me, row["peer"]),
        sequence=row["sequence"],
        digest=row["digest"].hex(),
        type=row["type"],
        cause=cause,
        touches=(str(row["key"]),) if decided_here and of_referral else (),
    )


def _heard(row: Record, me: str) -> Heard:
    return Heard(
        stream=_stream(row, row["peer"], me),
        sequence=row["sequence"],
        digest=row["digest"].hex(),
        type=row["type"],
        fate=row["fate"],
        reason=row["reason"] or "",
        order=row["feed"],
        touches=_touched(row) if row["fate"] == "applied" else (),
    )


def _touched(row: Record) -> tuple[str, ...]:
    """Return the referrals that an applied event changes: its key, or those of the case; a reminder none."""
    if row["type"] == REMINDER:
        return ()
    if FAMILIES[row["family"]] != Family.CASE_CLOSED:
        return (str(row["key"]),)
    return tuple(from_json(row["body"])["referrals"])
