"""Where a record goes: its partition by its key, and whether a broker leads that one."""

from collections.abc import Iterable, Mapping, Sequence

from aiokafka import TopicPartition
from aiokafka.cluster import ClusterMetadata

from ieum.delivery.partition_leaders import is_led
from ieum.delivery.records.partitions import hash_of
from ieum.delivery.sending.partition_queue import Outgoing, Place
from ieum_contracts.topics import MAILBOX_PARTITIONS

FIRST_PARTITION = 0
"""Every topic has it: where it is led, its topic is there."""


def partition(key: bytes, partitions: Sequence[int], _available: Sequence[int]) -> int:
    """Choose the partition as Kafka's clients do for a record with a key, among those of the contract.

    A topic that was given more partitions keeps the place of each key: the recipient checks it.
    """
    return partitions[hash_of(key) % min(len(partitions), MAILBOX_PARTITIONS)]


def partitions_by(cluster: ClusterMetadata, topics: Iterable[str]) -> Mapping[str, Sequence[int]]:
    """Return the partitions of topics; of one that we may not see, a first one."""
    return {topic: sorted(cluster.partitions_for_topic(topic) or {FIRST_PARTITION}) for topic in topics}


def place_of(partitions: Mapping[str, Sequence[int]], record: Outgoing) -> Place | None:
    """Return where a record goes; None where its topic is not among these."""
    of_topic = partitions.get(record.topic)
    return None if of_topic is None else (record.topic, partition(record.key, of_topic, of_topic))


def is_known(cluster: ClusterMetadata, topic: str) -> bool:
    """Whether the brokers know a topic, or say that we may not see it."""
    return cluster.partitions_for_topic(topic) is not None or topic in cluster.unauthorized_topics


def takes_records(cluster: ClusterMetadata, place: Place) -> bool:
    """Whether a broker leads a partition; of a topic that we may not see, the broker itself will say it."""
    return place[0] in cluster.unauthorized_topics or is_led(cluster, TopicPartition(*place))
