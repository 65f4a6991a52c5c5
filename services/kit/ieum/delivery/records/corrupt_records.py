"""Lets reading go on past records that aiokafka cannot decode, such as a header name that is not UTF-8."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import cramjam  # noqa: F401 - aiokafka needs it for records compressed by snappy, lz4 or zstd
from aiokafka.consumer import fetcher
from aiokafka.record.memory_records import MemoryRecords

NO_TIMESTAMP = -1


class CorruptValue(bytes):
    """The placeholder for the value of a record that could not be decoded."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class CorruptRecord:
    """The placeholder for a record that could not be decoded, with the attributes of aiokafka's records."""

    offset: int
    timestamp: int = NO_TIMESTAMP
    timestamp_type: int = 0
    key: bytes | None = None
    value: bytes = CorruptValue()
    headers: Sequence[tuple[str, bytes]] = ()
    checksum: None = None


class TolerantBatch:
    """One batch with a valid check sum: from the first record that raises on, all count as corrupt."""

    def __init__(self, batch: Any) -> None:
        self._batch = batch

    def __getattr__(self, name: str) -> Any:
        """Pass everything else on to aiokafka's batch."""
        return getattr(self._batch, name)

    def __next__(self) -> Any:
        """Return the next record unchanged: aiokafka reads transaction markers this way."""
        return next(self._batch)

    def __iter__(self) -> Iterator[Any]:
        """Yield every record of the batch, or its placeholder."""
        following = self._batch.base_offset
        try:
            for record in self._batch:
                following = record.offset + 1
                yield record
        except Exception:  # noqa: BLE001 - not UTF-8, not a record, or broken compression
            for offset in range(following, self._batch.next_offset):
                yield CorruptRecord(offset)


class TolerantRecords:
    """The batches in the bytes that aiokafka fetched."""

    def __init__(self, fetched: bytes) -> None:
        self._records = MemoryRecords(fetched)

    def has_next(self) -> bool:
        """Whether there is another batch."""
        return bool(self._records.has_next())

    def size_in_bytes(self) -> int:
        """Return the number of bytes fetched."""
        return int(self._records.size_in_bytes())

    def next_batch(self) -> TolerantBatch:
        """Return the next batch."""
        return TolerantBatch(self._records.next_batch())


def tolerate_corrupt_records() -> None:
    """Let every aiokafka consumer of this process read past records that it cannot decode.

    aiokafka decodes header names while it iterates over fetched bytes; an error there ends the task that
    reads, and the same bytes are fetched again. aiokafka has no other hook for this.
    """
    fetcher.MemoryRecords = TolerantRecords
