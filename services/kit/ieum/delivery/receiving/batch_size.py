"""How many records one transaction takes: fewer after one that took too long, and slowly more again."""

from collections.abc import Sized

from ieum.delivery.receiving.subscriber import BATCH_MAX

RECORDS_MORE = 10
"""How many records more a transaction takes after one that was quick enough."""


class BatchSize:
    """A limit that is halved when the database does not answer in time: the batch itself may be the cause."""

    def __init__(self) -> None:
        self._records_max = BATCH_MAX

    def exceeded_by(self, records: Sized) -> bool:
        """Whether these are more than one transaction should take."""
        return len(records) > self._records_max

    def taken(self) -> None:
        """Note that a batch was taken in."""
        self._records_max = min(BATCH_MAX, self._records_max + RECORDS_MORE)

    def postponed(self, records: Sized, error: Exception) -> None:
        """Note that a batch was not taken in."""
        if isinstance(error, TimeoutError):
            self._records_max = max(1, min(self._records_max, len(records)) // 2)
