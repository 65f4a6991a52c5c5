"""Since when a client of Kafka has given nothing, and whether that is too long."""

SECONDS_MAX = 900.0


class Idleness:
    """Since when the client has given nothing. Time is an argument, in seconds of any clock.

    aiokafka reads in a task of its own. An error there that it does not expect ends the task: the client
    keeps its partitions, tells the group that it lives, and gives nothing any more.
    """

    def __init__(self) -> None:
        self._since: float | None = None
        self._times = 0

    def waits(self, now: float) -> None:
        """Note that the client is asked for records."""
        self._since = now if self._since is None else self._since

    def reads(self) -> None:
        """Note that it gave some."""
        self._since, self._times = None, 0

    def is_over(self, seconds: float, now: float) -> bool:
        """Whether it has given nothing for so long; asked once, the time begins anew.

        Where a new client gives nothing either, the next one has twice the time, a quarter of an hour at
        most: an open transaction may hold the records back.
        """
        if self._since is None or now - self._since < min(seconds * 2**self._times, SECONDS_MAX):
            return False
        self._since, self._times = None, self._times + 1
        return True
