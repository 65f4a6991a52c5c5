"""Job: find missing numbers, and ask the peer to send them again."""

from datetime import datetime, timedelta

import structlog
from asyncpg import Connection

from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.maintenance.walk_parked import WalkParked
from ieum.delivery.notices.notices import tell
from ieum.delivery.receiving.reading_progress import ReadingProgress
from ieum.delivery.records.partitions import partition_of
from ieum.delivery.recovering.missing_numbers import missing_numbers
from ieum.delivery.sending.relay import Relay
from ieum.delivery.streams.stream import FAMILIES, StreamKey
from ieum_contracts.delivery import StreamResendAsked

ASKED_MAX = 1_000
"""Numbers asked for in one turn, of each kind; the rest is asked for in the next."""

_log = structlog.get_logger(__name__)


class AskAgain:
    """Asks for gaps before waiting events, and for what a peer's heads say it has said.

    Not for what may still lie in our own mailbox: a slow recipient would be sent all of it twice.
    """

    def __init__(
        self, context: DeliveryContext, relay: Relay, progress: ReadingProgress, walk: WalkParked
    ) -> None:
        self._context = context
        self._relay = relay
        self._progress = progress
        self._walk = walk
        self._asked: dict[tuple[StreamKey, int], datetime] = {}

    async def run(self, connection: Connection, now: datetime, missing_for: timedelta) -> None:
        """Ask for numbers that have been missing long enough, each once in that time."""
        self._asked = {gap: at for gap, at in self._asked.items() if now - missing_for < at <= now}
        gaps = [
            (stream, first, gap.last)
            for (stream, first), gap in sorted(self._walk.gaps.items(), key=lambda item: item[1].since)
            if gap.since <= now - missing_for and (stream, first) not in self._asked and self._read(stream)
        ][:ASKED_MAX]
        said = await missing_numbers(connection, missing_for, ASKED_MAX)
        lost = {*gaps, *(each for each in said if self._read(each[0]))}
        notices = [
            (
                stream,
                StreamResendAsked(family=FAMILIES[stream.family], key=stream.key, first=first, last=last),
            )
            for stream, first, last in sorted(lost)
        ]
        for stream, ask in notices:
            _log.warning("sequence.gap", key=str(stream.key), first=ask.first, last=ask.last)
        await tell(connection, self._context, notices, now)
        self._asked |= {(stream, first): now for stream, first, _ in gaps}
        if notices:
            self._relay.wake()

    def _read(self, stream: StreamKey) -> bool:
        """Whether the stream's partition is read as far as anything missing could lie."""
        return self._progress.caught_up((stream.family, partition_of(str(stream.key).encode())))
