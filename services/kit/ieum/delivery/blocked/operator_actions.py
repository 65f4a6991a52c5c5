"""What an operator may do with a waiting stream: retry it, or skip exactly one number."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from asyncpg import Connection

from ieum.delivery.blocked.parked_event import ParkedEvent
from ieum.delivery.blocked.parking import load_parked, unpark
from ieum.delivery.blocked.source_breaker import release_source
from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.notices.notices import tell
from ieum.delivery.streams.batch_write import Rows, write_rows
from ieum.delivery.streams.ledger import HEARD, SKIPPED, LedgerEntry
from ieum.delivery.streams.stream import FAMILIES, Stream, StreamKey, lock_streams
from ieum.errors import IeumError
from ieum_contracts.delivery import StreamSkipped

NO_KEY = UUID(int=0)
"""In the audit: all streams of a source."""


@dataclass(frozen=True, slots=True)
class Act:
    """An operator's action on a stream or a source: who, why, and what they saw there.

    When something else is there by now, nothing is done: nobody has looked at it yet.
    """

    by: str
    reason: str
    dry_run: bool = False
    sequence: int | None = None
    waited_for: str | None = None
    held_since: datetime | None = None


class SeenOtherwise(IeumError):
    """What the operator saw is no longer there."""


class AnotherWaits(SeenOtherwise):
    """Another number waits now, or the same for another reason."""

    def __init__(self, sequence: int, waited_for: str | None) -> None:
        super().__init__(f"Number {sequence} waits there now ({waited_for}).")
        self.sequence = sequence
        self.waited_for = waited_for


class HeldAnew(SeenOtherwise):
    """The source was released and held again."""

    def __init__(self, held: str, since: datetime) -> None:
        super().__init__(f"It is held since {since.isoformat()} ({held}).")
        self.held = held
        self.since = since


@dataclass(frozen=True, slots=True)
class Acted:
    """What was done, or would be in a dry run: the number, and the reason it waited for."""

    sequence: int
    waited_for: str | None


_KEEP = """
insert into operator_act (act, key, peer, family, sequence, reason, by, at)
values ($1, $2, $3, $4, $5, $6, $7, $8)
"""

_RETRY = """
update parked set retry_at = $5, dead = false, attempts = 0
where key = $1 and peer = $2 and family = $3 and sequence = $4
"""


async def retry(connection: Connection, at: StreamKey, act: Act, now: datetime) -> Acted | None:
    """Retry the waiting event of a stream at once; None when nothing waits and the stream is not stopped.

    A stream stopped by a conflict goes on with what it heard first. To be called in a transaction; the
    next maintenance turn, within a second, does the rest. Raises AnotherWaits.
    """
    stream, head = await _look(connection, at)
    if head is None and stream.stopped is None:
        return None
    acted = _as_seen(act, Acted(stream.heard + 1, stream.stopped or (head.reason if head else None)))
    if not act.dry_run:
        stream.stopped, stream.changed = None, True
        await write_rows(connection, Rows([stream]))
        await connection.execute(_RETRY, *at, acted.sequence, now)
        await connection.execute(_KEEP, "retry", *at, acted.sequence, act.reason, act.by, now)
    return acted


MISSING = "sequence.gap"
_LATER = """
select exists (select from parked where key = $1 and peer = $2 and family = $3 and sequence > $4)
    or exists (select from expected where key = $1 and peer = $2 and family = $3 and said >= $4)
"""


async def skip(
    connection: Connection, context: DeliveryContext, at: StreamKey, act: Act, now: datetime
) -> Acted | None:
    """Skip exactly one number, keep its digest, and notify the sender; None when nothing waits there.

    The number may be missing while later ones wait: nobody can send it any more. Raises
    AnotherWaits.
    """
    stream, head = await _look(connection, at)
    if head is None and not await connection.fetchval(_LATER, *at, stream.heard + 1):
        return None
    acted = _as_seen(act, Acted(stream.heard + 1, stream.stopped or (head.reason if head else MISSING)))
    if not act.dry_run:
        stream.heard, stream.heard_digest = acted.sequence, head.heard.digest if head else None
        stream.stopped, stream.changed = None, True
        skipped = [] if head is None else [_skipped(head, act)]
        await write_rows(connection, Rows([stream], skipped))
        if head is not None:
            await unpark(connection, [(at, acted.sequence)])
        await tell(connection, context, [(at, _notice(at, acted.sequence, head, act))], now)
        await connection.execute(_KEEP, "skip", *at, acted.sequence, act.reason, act.by, now)
    return acted


_HELD = """
select held, held_since, (select count(*) from parked where peer = $1) as waiting
from source where peer = $1 and held is not null for update
"""


@dataclass(frozen=True, slots=True)
class Released:
    """What was released, or would be in a dry run: why and since when it was held, and how much waits."""

    held: str
    since: datetime
    waiting: int


async def release(connection: Connection, peer: int, act: Act, now: datetime) -> Released | None:
    """Release a held source; None when it was not held. Raises HeldAnew.

    To be called in a transaction; maintenance then retries what waits, some keys a second.
    """
    row = await connection.fetchrow(_HELD, peer)
    if row is None:
        return None
    if act.held_since not in {None, row["held_since"]}:
        raise HeldAnew(row["held"], row["held_since"])
    if not act.dry_run:
        await release_source(connection, peer, now)
        await connection.execute(_KEEP, "release", NO_KEY, peer, 0, 0, act.reason, act.by, now)
    return Released(row["held"], row["held_since"], row["waiting"])


def _as_seen(act: Act, acted: Acted) -> Acted:
    if act.sequence not in {None, acted.sequence} or act.waited_for not in {None, acted.waited_for}:
        raise AnotherWaits(acted.sequence, acted.waited_for)
    return acted


async def _look(connection: Connection, at: StreamKey) -> tuple[Stream, ParkedEvent | None]:
    streams = await lock_streams(connection, [at.key])
    stream = streams[at]
    waiting = await load_parked(connection, [at.key])
    return stream, next((p for p in waiting if p.stream == at and p.heard.sequence == stream.heard + 1), None)


def _skipped(head: ParkedEvent, act: Act) -> LedgerEntry:
    return LedgerEntry(
        stream=head.stream,
        said=HEARD,
        sequence=head.heard.sequence,
        event_id=head.heard.envelope.id,
        type=head.heard.envelope.type,
        headers=head.heard.headers,
        digest=head.heard.digest,
        body=None,
        fate=SKIPPED,
        reason=act.reason,
    )


def _notice(at: StreamKey, sequence: int, head: ParkedEvent | None, act: Act) -> StreamSkipped:
    return StreamSkipped(
        family=FAMILIES[at.family],
        key=at.key,
        sequence=sequence,
        reason=act.reason,
        digest=head.heard.digest.hex() if head else None,
    )
