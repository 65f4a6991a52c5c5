"""How reading progresses: partitions that stand still, and those that are read up to half a minute ago."""

from collections import deque
from collections.abc import Mapping

import structlog
from aiokafka import TopicPartition

from ieum.delivery.limits import USUAL
from ieum.delivery.receiving.unread_age import UnreadAge
from ieum.delivery.streams.positions import Partition
from ieum_contracts.topics import MAILBOX_PARTITIONS

TELL_SECONDS = 60.0
REMEMBERED_SECONDS = 30.0
"""How long ends are remembered: what was there before is asked for only once they are passed."""

_log = structlog.get_logger(__name__)


class ReadingProgress:
    """The position of each partition when it last advanced. Time is an argument, in seconds of any clock."""

    def __init__(self, still_seconds: float = USUAL.still_seconds) -> None:
        self._still_seconds = still_seconds
        self._moved: dict[Partition, tuple[int, float]] = {}
        self._told = float("-inf")
        self.missing: frozenset[str] = frozenset()
        """The mailboxes that the broker does not have."""
        self.leaderless: frozenset[TopicPartition] = frozenset()
        """The partitions that nobody leads."""
        self.begun: float | None = None
        """When this process began to read."""
        self.seen: float | None = None
        """When the broker last said how far the mailboxes reach."""
        self._ends: deque[tuple[float, Mapping[Partition, int]]] = deque()
        self._read: Mapping[Partition, int] = {}
        self.unread_age = UnreadAge()
        self.still: dict[Partition, int] = {}
        """Partitions that do not advance, and how many records wait there."""

    def look(self, read: Mapping[Partition, int], ends: Mapping[Partition, int], now: float) -> None:
        """Note the positions and the ends of the partitions."""
        self._read = read
        self._ends.append((now, ends))
        while self._ends[0][0] < now - REMEMBERED_SECONDS:
            self._ends.popleft()
        behind = {place: end - read.get(place, 0) for place, end in ends.items()}
        behind = {place: records for place, records in behind.items() if records > 0}
        moved = {place: (read.get(place, 0), now) for place in behind}
        for place, (offset, _) in moved.items():
            before = self._moved.get(place)
            if before is not None and before[0] == offset:
                moved[place] = before
        self._moved = moved
        self.still = {
            place: behind[place] for place, (_, since) in moved.items() if now - since >= self._still_seconds
        }
        if self.still and now - self._told >= TELL_SECONDS:
            self._told = now
            _log.error("mailbox.still", partitions=len(self.still), records=sum(self.still.values()))

    def unseen_seconds(self, now: float) -> float:
        """Return for how long no broker has said how far the mailboxes reach, since the start at most."""
        since = self.begun if self.seen is None else self.seen
        return 0.0 if since is None else now - since

    def partitions_away(self) -> int:
        """Count the partitions that nobody leads, and all of each mailbox that is missing."""
        return len(self.leaderless) + MAILBOX_PARTITIONS * len(self.missing)

    def caught_up(self, place: Partition) -> bool:
        """Whether a partition is read to where it ended at some time in the last half minute.

        What a peer sent before, and is not read by then, is not in the mailbox. False while ends are unknown.
        """
        read = self._read.get(place, 0)
        return any(read >= ends.get(place, 0) for _, ends in self._ends)
