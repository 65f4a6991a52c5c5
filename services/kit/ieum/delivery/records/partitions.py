"""The partition of a key, by murmur2 as Kafka's own clients hash, and offsets by partition."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from aiokafka.partitioner import murmur2

from ieum.delivery.records.received import Record
from ieum.delivery.streams.positions import Partition
from ieum_contracts.topics import MAILBOX_PARTITIONS

HASHES_MAX = 8192

PlaceOf = Callable[[Record], Partition]


def partition_of(key: bytes) -> int:
    """Return the mailbox partition of a key."""
    return hash_of(key) % MAILBOX_PARTITIONS


@lru_cache(HASHES_MAX)
def hash_of(key: bytes) -> int:
    """Hash a key as Kafka's own clients do; cached, for a key is usually sent and heard close together."""
    return int(murmur2(key) & 0x7FFFFFFF)


def first_offsets(records: Sequence[Record], place_of: PlaceOf) -> dict[Partition, int]:
    """Return the batch's first offset in each partition."""
    return {place_of(record): record.offset for record in reversed(records)}


def next_offsets(
    records: Sequence[Record], positions: Mapping[Partition, int], place_of: PlaceOf
) -> dict[Partition, int]:
    """Return the next offset of each partition after the batch, never below its position."""
    following: dict[Partition, int] = {}
    for record in records:
        place = place_of(record)
        following[place] = max(following.get(place, positions[place]), record.offset + 1)
    return following
