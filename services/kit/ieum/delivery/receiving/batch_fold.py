"""Folds one batch in memory: which events apply, in which order, and what happens to the others."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

import structlog

from ieum.delivery.application import Applied, Awaiting, Outcome, Refused
from ieum.delivery.blocked.parked_event import ParkedEvent
from ieum.delivery.blocked.source_breaker import COMPARING
from ieum.delivery.receiving.batch_effects import Effects, refused, resumed, stopped, waits
from ieum.delivery.receiving.dispositions import Disposition, disposition_of
from ieum.delivery.records.received import Content, NotLoaded, VerifiedEvent
from ieum.delivery.streams.ledger import APPLIED, HEARD, REFUSED, LedgerEntry
from ieum.delivery.streams.stream import FAMILY_NUMBERS, Stream, StreamKey, Streams
from ieum_contracts.catalogue import Invalid, NotUnderstood
from ieum_contracts.message import Event

NOBODY_HELD: Mapping[int, str] = MappingProxyType({})

_log = structlog.get_logger(__name__)


class BatchFold:
    """One batch being folded. Its streams are locked and its application state is loaded."""

    def __init__(
        self,
        apply: Callable[[Event], Outcome],
        streams: Streams,
        now: datetime,
        held: Mapping[int, str] = NOBODY_HELD,
    ) -> None:
        self._apply = apply
        self._streams = streams
        self._now = now
        self._held = held
        self._waiting: dict[StreamKey, dict[int, ParkedEvent]] = {}
        self._of_key: dict[UUID, list[StreamKey]] = {}
        self._heard: dict[tuple[StreamKey, int], bytes] = {}
        self.effects = Effects()

    def fold(
        self,
        waiting: Iterable[ParkedEvent],
        arrived: Iterable[tuple[StreamKey, VerifiedEvent]],
        earlier: Mapping[tuple[StreamKey, int], bytes],
    ) -> Effects:
        """Fold what waits and what arrived; `earlier` holds the digests of old numbers."""
        for parked in waiting:
            if parked.heard.sequence > self._streams[parked.stream].heard:
                self._queue_of(parked.stream)[parked.heard.sequence] = parked
            else:  # another transaction heard it after it was loaded
                self.effects.unparked.append((parked.stream, parked.heard.sequence))
        for at in list(self._waiting):
            self._advance(self._streams[at])
        for at, heard in arrived:
            stream = self._streams[at]
            if heard.sequence <= stream.heard:
                self._seen_before(stream, heard, earlier.get((at, heard.sequence)))
            else:
                self._queue(stream, heard)
                self._advance(stream)
        return self.effects

    def _seen_before(self, stream: Stream, heard: VerifiedEvent, digest: bytes | None) -> None:
        if heard.sequence == stream.heard:
            digest = stream.heard_digest
        digest = self._heard.get((stream.at, heard.sequence), digest)
        if digest is None or digest == heard.digest:
            self.effects.duplicates += 1
        else:
            self._conflict(stream, heard)

    def _conflict(self, stream: Stream, heard: VerifiedEvent) -> None:
        self.effects.conflicts.append(heard)
        stream.stopped = "sequence.conflict"
        stream.changed = True
        self.effects.notices.append((stream.at, stopped(stream, heard, stream.stopped, self._now)))

    def _queue(self, stream: Stream, heard: VerifiedEvent) -> None:
        queue = self._queue_of(stream.at)
        known = queue.get(heard.sequence)
        if known is None:
            behind = stream.stopped is not None or stream.heard + 1 in queue
            reason = "stream.waiting" if behind else "sequence.gap"
            queue[heard.sequence] = self._park(ParkedEvent(stream.at, heard, reason, self._now))
        elif known.heard.digest == heard.digest:
            self.effects.duplicates += 1
        else:
            self._conflict(stream, heard)

    def _queue_of(self, at: StreamKey) -> dict[int, ParkedEvent]:
        queue = self._waiting.get(at)
        if queue is None:
            queue = self._waiting[at] = {}
            self._of_key.setdefault(at.key, []).append(at)
        return queue

    def _advance(self, stream: Stream) -> None:
        """Take the next events of the stream, as long as they are there and may be tried."""
        queue, now = self._waiting[stream.at], self._now
        while stream.stopped is None and (head := queue.get(stream.heard + 1)) is not None:
            if head.dead or (head.retry_at or now) > now:
                return
            content = head.heard.content
            if isinstance(content, NotLoaded):  # its turn has come: the next look loads it
                self._park(head).retry_at = now
                return
            why = self._held.get(stream.at.peer)
            if why is not None:
                head.reason, head.retry_at = why, None
            if why is not None or not self._take(stream, head, content):
                self._park(head)
                if head.reason != COMPARING:
                    self._tell(head)
                return
            del queue[head.heard.sequence]
            self._leave(head)

    def _take(self, stream: Stream, head: ParkedEvent, content: Content) -> bool:
        """Try the next event of a stream; False when it has to wait."""
        if isinstance(content, NotUnderstood | Invalid):
            if disposition_of(content.reason) is Disposition.PARKED:
                head.await_contracts(content.reason, self._now)
                return False
            self._hear(stream, head.heard, refusal=content.reason)
            return True
        try:
            outcome = self._apply(head.heard.event(content))
        except Exception as error:  # noqa: BLE001 - a bug of the fold stops its own stream and no other
            _log.error("fold.failed", error=type(error).__name__, type=head.heard.envelope.type)
            head.reason = "fold.failed"
            head.fail(self._now)
            return False
        match outcome:
            case Applied(says):
                self._hear(stream, head.heard)
                self.effects.says.extend((say, head.heard) for say in says)
                self._wake(head.heard)
            case Refused(reason, kept):
                self._hear(stream, head.heard, refusal=reason, kept=kept)
            case Awaiting(reason):
                head.await_another(reason, self._now)
                return False
        return True

    def _hear(
        self, stream: Stream, heard: VerifiedEvent, refusal: str | None = None, *, kept: bool = True
    ) -> None:
        stream.heard, stream.heard_digest, stream.changed = heard.sequence, heard.digest, True
        self._heard[stream.at, heard.sequence] = heard.digest
        self.effects.heard.append(heard.envelope)
        if refusal is not None:
            self.effects.notices.append((stream.at, refused(heard, refusal)))
        self.effects.entries.append(
            LedgerEntry(
                stream=stream.at,
                said=HEARD,
                sequence=heard.sequence,
                event_id=heard.envelope.id,
                type=heard.envelope.type,
                headers=heard.headers,
                digest=heard.digest,
                body=None if heard.unkept or not kept else heard.body,
                fate=APPLIED if refusal is None else REFUSED,
                reason=refusal,
            ),
        )

    def _wake(self, heard: VerifiedEvent) -> None:
        """Retry what waited for an event of this key on another family."""
        for at in self._of_key[heard.key]:
            head = self._waiting[at].get(self._streams[at].heard + 1)
            elsewhere = at.family != FAMILY_NUMBERS[heard.family]
            if elsewhere and head is not None and head.reason.startswith("awaiting-"):
                head.retry_at = self._now
                self._advance(self._streams[at])

    def _tell(self, head: ParkedEvent) -> None:
        """Notify the sender once that its event waits, and once more when it is no longer retried."""
        if not head.told or head.dead:
            head.told = True
            self.effects.notices.append((head.stream, waits(head)))

    def _park(self, parked: ParkedEvent) -> ParkedEvent:
        self._streams[parked.stream].changed = True
        self.effects.parked[parked.stream, parked.heard.sequence] = parked
        return parked

    def _leave(self, head: ParkedEvent) -> None:
        place = (head.stream, head.heard.sequence)
        self.effects.parked.pop(place, None)
        if head.stored:
            self.effects.unparked.append(place)
        if head.told:
            self.effects.notices.append((head.stream, resumed(self._streams[head.stream])))
