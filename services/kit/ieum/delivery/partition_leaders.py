"""Whether a broker leads a partition, as far as a client knows: of one without, no offset is ever told."""

from collections.abc import Iterable

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.cluster import ClusterMetadata

NOBODY = -1
"""Where metadata name the leader of a partition that has none."""


def is_led(cluster: ClusterMetadata, partition: TopicPartition) -> bool:
    """Whether a broker leads a partition."""
    return cluster.leader_for_partition(partition) not in {None, NOBODY}


def led(consumer: AIOKafkaConsumer, partitions: Iterable[TopicPartition]) -> list[TopicPartition]:
    """Return the partitions without those that nobody leads.

    To ask for the offsets of such a one raises before any other is asked, and is to be tried for ever. Of one
    that the consumer does not know yet it asks the brokers first.
    """
    cluster = vars(consumer)["_client"].cluster
    return [each for each in partitions if cluster.leader_for_partition(each) != NOBODY]
