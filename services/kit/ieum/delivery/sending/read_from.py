"""From which id on a queue is read: what was deleted before costs nothing while a snapshot keeps it."""

from collections.abc import Collection, Mapping, Sequence

from asyncpg import Connection, Record

from ieum.delivery.limits import USUAL

NOTICES, FEED = -1, -2
"""The queues beside those of peers, which have the numbers of their peers."""

_RUNNING = """
select pg_snapshot_xmin(s)::text::bigint as oldest, pg_snapshot_xmax(s)::text::bigint as next
from pg_current_snapshot() s
"""


class ReadFrom:
    """Remembers for each queue up to which id everything is done.

    A transaction that is still open may have taken a smaller id than others that are done already. So an id
    counts only once every transaction that was open when it was done has ended, and the queue was read
    through after that: what these transactions wrote is done then as well. What may have escaped that, or was
    set aside and released, is found after `forget`, which is to be called twice a minute.
    """

    def __init__(self, look_seconds: float = USUAL.open_transactions_seconds) -> None:
        self._look_seconds = look_seconds
        self._looked = float("-inf")
        self._begins: dict[int, int] = {}
        self._done: dict[int, int] = {}
        self._waiting: tuple[int, Mapping[int, int]] | None = None
        self._ended: dict[int, int] = {}
        """Up to which id every transaction has ended, of queues that were not read through since."""

    def begin(self, queue: int) -> int:
        """Return the id after which a queue is read."""
        return self._begins.get(queue, 0)

    def columns(self) -> tuple[list[int], list[int]]:
        """Return the peers with an id, and the ids after which their queues are read."""
        peers = [queue for queue in self._begins if queue > 0]
        return peers, [self._begins[peer] for peer in peers]

    def done(self, queue: int, last: int) -> None:
        """Note that all that was seen of a queue up to this id is done."""
        self._done[queue] = max(last, self._done.get(queue, 0))

    def read_through(self, queue: int) -> None:
        """Note that all was done that could be seen of a queue; it is read from later on then."""
        self._begins[queue] = max(self.begin(queue), self._ended.pop(queue, 0))

    def note(
        self, rows: Sequence[Record], sent: Collection[int], told: Collection[int], *, rows_max: int
    ) -> None:
        """Note of rows and notices, in the order of ids, up to which all of a queue was acknowledged.

        A queue is read through when nothing was left out, for want of room or of an acknowledgement.
        """
        done = {False: set(sent), True: set(told)}
        stopped: set[int] = set()
        last: dict[int, int] = {}
        for row in rows:
            queue = NOTICES if row["notice"] else row["peer"]
            last[queue] = row["id"]
            if row["id"] not in done[row["notice"]]:
                stopped.add(queue)
            elif queue not in stopped:
                self.done(queue, row["id"])
        for queue, ended in list(self._ended.items()):
            whole = len(rows) < rows_max or last.get(queue, 0) >= ended
            if queue != FEED and whole and queue not in stopped:
                self.read_through(queue)

    async def look(self, connection: Connection, now: float) -> None:
        """Look from time to time whether the transactions that were open at the last look have ended."""
        if now - self._looked < self._look_seconds:
            return
        self._looked = now
        [running] = await connection.fetch(_RUNNING)
        if self._waiting is not None:
            if running["oldest"] < self._waiting[0]:
                return
            self._ended = dict(self._waiting[1])
        self._waiting = running["next"], dict(self._done)

    def forget(self) -> None:
        """Read every queue from its beginning once more."""
        self._begins, self._done, self._waiting, self._ended = {}, {}, None, {}
