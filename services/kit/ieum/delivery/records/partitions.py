"""To which partition of a mailbox a key belongs: murmur2, as Kafka's own clients hash."""

from functools import lru_cache

from aiokafka.partitioner import murmur2

from ieum_contracts.topics import MAILBOX_PARTITIONS

HASHES_MAX = 8192


def partition_of(key: bytes) -> int:
    """Name the partition of a mailbox to which a key hashes (murmur2, as Kafka's own clients do)."""
    return hash_of(key) % MAILBOX_PARTITIONS


@lru_cache(HASHES_MAX)
def hash_of(key: bytes) -> int:
    """Hash a key as Kafka's own clients do; what was hashed to be sent is soon looked for when heard."""
    return int(murmur2(key) & 0x7FFFFFFF)
