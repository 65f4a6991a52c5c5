"""Records that aiokafka cannot read: a name that is no UTF-8, or broken compression, stops no mailbox."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import cramjam  # noqa: F401 - by it aiokafka reads records compressed by snappy, lz4 or zstd
from aiokafka.consumer import fetcher
from aiokafka.record.memory_records import MemoryRecords

NO_TIMESTAMP = -1


class CorruptValue(bytes):
    """Stands for the value of a record that could not be read."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class CorruptRecord:
    """Stands at the offset of a record that could not be read, as aiokafka hands records on."""

    offset: int
    timestamp: int = NO_TIMESTAMP
    timestamp_type: int = 0
    key: bytes | None = None
    value: bytes = CorruptValue()
    headers: Sequence[tuple[str, bytes]] = ()
    checksum: None = None


class TolerantBatch:
    """One batch of one sender, its check sum proved: from the record that raises on, all are unreadable."""

    def __init__(self, batch: Any) -> None:
        self._batch = batch

    def __getattr__(self, name: str) -> Any:
        """Give whatever else aiokafka asks of a batch."""
        return getattr(self._batch, name)

    def __next__(self) -> Any:
        """Give the next record as it is: aiokafka looks so at the mark where a transaction ends."""
        return next(self._batch)

    def __iter__(self) -> Iterator[Any]:
        """Give every record of the batch, or what stands in its place."""
        following = self._batch.base_offset
        try:
            for record in self._batch:
                following = record.offset + 1
                yield record
        except Exception:  # noqa: BLE001 - no text, no record, or bytes that nobody can decompress
            for offset in range(following, self._batch.next_offset):
                yield CorruptRecord(offset)


class TolerantRecords:
    """What aiokafka makes of the bytes that it fetched, batch by batch."""

    def __init__(self, fetched: bytes) -> None:
        self._records = MemoryRecords(fetched)

    def has_next(self) -> bool:
        """Tell whether there is another batch."""
        return bool(self._records.has_next())

    def size_in_bytes(self) -> int:
        """Count the bytes that were fetched."""
        return int(self._records.size_in_bytes())

    def next_batch(self) -> TolerantBatch:
        """Give the next batch."""
        return TolerantBatch(self._records.next_batch())


def tolerate_corrupt_records() -> None:
    """Let every aiokafka consumer of this process read past what it cannot read.

    aiokafka decodes header names while it iterates over what it fetched; what that raises ends the task that
    reads, and the same bytes are fetched again. aiokafka offers no other place to step in.
    """
    fetcher.MemoryRecords = TolerantRecords
