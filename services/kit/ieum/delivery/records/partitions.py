"""The partition of a key: murmur2, as Kafka's own clients hash."""

from functools import lru_cache

from aiokafka.partitioner import murmur2

from ieum_contracts.topics import MAILBOX_PARTITIONS

HASHES_MAX = 8192


def partition_of(key: bytes) -> int:
    """Return the mailbox partition of a key."""
    return hash_of(key) % MAILBOX_PARTITIONS


@lru_cache(HASHES_MAX)
def hash_of(key: bytes) -> int:
    """Hash a key as Kafka's own clients do; cached, for a key is usually sent and heard close together."""
    return int(murmur2(key) & 0x7FFFFFFF)
