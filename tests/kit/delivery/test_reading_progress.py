"""A partition that holds more than was read, and stands still, is named; one that is merely behind is not."""

import struct

import pytest
from aiokafka import TopicPartition
from aiokafka.record.util import calc_crc32c
from structlog.testing import capture_logs

from ieum.delivery.limits import USUAL
from ieum.delivery.receiving.reading_progress import TELL_SECONDS, ReadingProgress
from ieum.delivery.records.corrupt_records import CorruptValue, TolerantRecords
from ieum_contracts.topics import MAILBOX_PARTITIONS

PLACE, OTHER = (1, 0), (1, 1)


def test_a_partition_that_stands_still_is_named_until_it_moves() -> None:
    progress = ReadingProgress()
    progress.look({PLACE: 5, OTHER: 1}, {PLACE: 9, OTHER: 7}, now=0)
    progress.look({PLACE: 5, OTHER: 2}, {PLACE: 12, OTHER: 9}, now=USUAL.still_seconds - 1)
    assert progress.still == {}
    with capture_logs() as logs:
        progress.look({PLACE: 5, OTHER: 3}, {PLACE: 15, OTHER: 9}, now=USUAL.still_seconds)
        progress.look({PLACE: 5, OTHER: 4}, {PLACE: 15, OTHER: 9}, now=USUAL.still_seconds + 5)
    assert progress.still == {PLACE: 10}
    assert [line["event"] for line in logs] == ["mailbox.still"], "it is told once a minute"
    progress.look({PLACE: 6, OTHER: 9}, {PLACE: 15, OTHER: 9}, now=USUAL.still_seconds + TELL_SECONDS)
    assert progress.still == {}


def test_a_partition_that_was_empty_for_long_has_its_whole_time() -> None:
    progress = ReadingProgress()
    for now in range(0, 1_000, 5):
        progress.look({PLACE: 5}, {PLACE: 5}, now)
    progress.look({PLACE: 5}, {PLACE: 6}, 1_000)
    assert progress.still == {}


def test_the_broker_is_unseen_since_it_last_told_or_since_the_start_and_what_is_away_is_counted() -> None:
    progress = ReadingProgress()
    assert progress.unseen_seconds(100) == 0, "nothing has begun"
    progress.begun = 100
    assert progress.unseen_seconds(107) == 7
    progress.seen = 105
    assert progress.unseen_seconds(107) == 2
    assert progress.partitions_away() == 0
    progress.missing, progress.leaderless = frozenset({"gone"}), frozenset({TopicPartition("led", 3)})
    assert progress.partitions_away() == MAILBOX_PARTITIONS + 1


@pytest.mark.parametrize("codec", [1, 2, 3, 4, 5, 7])
def test_a_batch_that_nobody_can_decompress_is_read_past(codec: int) -> None:
    batch = TolerantRecords(_batch(codec, b"no such thing", records=3)).next_batch()
    assert batch.validate_crc()
    read = list(batch)
    assert [record.offset for record in read] == [40, 41, 42]
    assert all(isinstance(record.value, CorruptValue) for record in read)


def _batch(codec: int, payload: bytes, records: int) -> bytes:
    """Make a batch of Kafka's format 2 whose records are said to be compressed."""
    counted = struct.pack(">hiqqqhii", codec, records - 1, 0, 0, -1, -1, -1, records) + payload
    head = struct.pack(">ib", 0, 2) + struct.pack(">I", calc_crc32c(counted))
    return struct.pack(">qi", 40, len(head) + len(counted)) + head + counted


def test_a_partition_counts_as_read_where_it_ended_within_half_a_minute() -> None:
    progress = ReadingProgress()
    assert not progress.caught_up(PLACE), "nothing is known yet"
    progress.look({PLACE: 5}, {PLACE: 900}, now=0)
    progress.look({PLACE: 100}, {PLACE: 1_900}, now=20)
    assert not progress.caught_up(PLACE)
    progress.look({PLACE: 900}, {PLACE: 2_400}, now=30)
    assert progress.caught_up(PLACE), "busy, and less than half a minute behind"
    progress.look({PLACE: 1_000}, {PLACE: 3_000}, now=40)
    assert not progress.caught_up(PLACE), "what was there at 0 s does not count any more"
    progress.look({PLACE: 1_900}, {PLACE: 3_000}, now=45)
    assert progress.caught_up(PLACE)
