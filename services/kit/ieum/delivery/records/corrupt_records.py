"""Lets reading go on past records that aiokafka cannot decode, or that the broker's disk has changed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import cramjam  # noqa: F401 - aiokafka needs it for records compressed by snappy, lz4 or zstd
from aiokafka.consumer import fetcher
from aiokafka.record.memory_records import MemoryRecords

NO_TIMESTAMP = -1
LENGTH_COUNTS_FROM, MAGIC, LAST, COUNT, VERSION = 12, 16, 23, 57, 2
"""Where the parts stand in Kafka's record batch of version 2: the length counts what follows it, and
the last offset counts from the first one."""


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
    """One batch as it was written: from the first record that raises on, all count as corrupt."""

    def __init__(self, batch: Any, *, valid: bool) -> None:
        self._batch, self._valid = batch, valid

    def validate_crc(self) -> bool:
        """Whether the check sum was right; it is computed once."""
        return self._valid

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


class ChangedBatch:
    """A batch that is not as it was written: its check sum is wrong, so nothing in it is believed.

    A placeholder stands for each of its records. Their number stands in it twice; where the two differ,
    nobody knows where the next batch begins, and aiokafka raises at the check sum, again and again.
    """

    is_control_batch = is_transactional = False
    producer_id = None

    def __init__(self, base_offset: int, records: int) -> None:
        self.base_offset = base_offset
        self.next_offset = base_offset + records

    def validate_crc(self) -> bool:
        """Let aiokafka go on."""
        return True

    def __iter__(self) -> Iterator[CorruptRecord]:
        """Yield the placeholders."""
        return map(CorruptRecord, range(self.base_offset, self.next_offset))


class TolerantRecords:
    """The batches in the bytes that aiokafka fetched."""

    def __init__(self, fetched: bytes) -> None:
        self._fetched, self._at = fetched, 0
        self._records = MemoryRecords(fetched)

    def has_next(self) -> bool:
        """Whether there is another batch."""
        return bool(self._records.has_next())

    def size_in_bytes(self) -> int:
        """Return the number of bytes fetched."""
        return int(self._records.size_in_bytes())

    def next_batch(self) -> TolerantBatch | ChangedBatch:
        """Return the next batch."""
        batch, at = self._records.next_batch(), self._at
        valid = batch.validate_crc()
        self._at += LENGTH_COUNTS_FROM + int.from_bytes(self._fetched[at + 8 : at + 12], "big")
        last, records = (int.from_bytes(self._fetched[at + n : at + n + 4], "big") for n in (LAST, COUNT))
        if self._fetched[at + MAGIC] == VERSION and last + 1 == records and not valid:
            return ChangedBatch(batch.base_offset, records)
        return TolerantBatch(batch, valid=valid)


def tolerate_corrupt_records() -> None:
    """Let every aiokafka consumer of this process read past records that it cannot decode.

    aiokafka decodes header names while it iterates over fetched bytes; an error there ends the task that
    reads, and the same bytes are fetched again. aiokafka has no other hook for this.
    """
    fetcher.MemoryRecords = TolerantRecords
