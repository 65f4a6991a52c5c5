"""A record is sent to the partition at which its recipient expects it, by the hash of Kafka's own clients."""

from uuid import UUID

from aiokafka.partitioner import DefaultPartitioner
from hypothesis import given
from hypothesis import strategies as st

from ieum.delivery.records.partitions import partition_of
from ieum.delivery.sending.partition_places import partition
from ieum_contracts.topics import MAILBOX_PARTITIONS

ALL = list(range(MAILBOX_PARTITIONS))
MORE = list(range(2 * MAILBOX_PARTITIONS))


@given(st.uuids())
def test_sender_and_recipient_name_the_same_partition(key: UUID) -> None:
    wire_key = str(key).encode()
    expected = DefaultPartitioner()(wire_key, ALL, ALL)
    assert partition(wire_key, ALL, ALL) == expected
    assert partition_of(wire_key) == expected
    assert partition(wire_key, MORE, MORE) == expected, "a topic that was given more keeps the place of a key"


@given(st.binary(max_size=60))
def test_any_key_goes_where_other_clients_would_send_it(key: bytes) -> None:
    assert partition(key, [7], []) == 7
    assert partition(key, ALL, []) == DefaultPartitioner()(key, ALL, ALL)
