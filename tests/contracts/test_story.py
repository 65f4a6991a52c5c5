"""The examples are one story that the lifecycle allows, and a story with a fault in it is found out."""

from aiokafka.partitioner import murmur2

from ieum_contracts import lifecycle
from ieum_contracts.story.partition import partition_of
from tests.contracts.conversation import Example, faults_of, planted
from tests.contracts.golden import EXAMPLES, read

STORY: list[Example] = sorted((read(path) for path in EXAMPLES), key=lambda each: int(each["step"]))


def test_the_examples_are_one_conversation_that_the_lifecycle_allows() -> None:
    assert faults_of(STORY) == []


def test_they_are_numbered_in_the_order_in_which_they_are_said() -> None:
    assert [example["step"] for example in STORY] == list(range(1, len(STORY) + 1))
    times = [example["headers"]["ce_time"] for example in STORY]
    assert times == sorted(times)


def test_a_fault_in_any_of_them_is_found() -> None:
    told = list(planted(STORY))
    assert len(told) > len(STORY)
    missed = [name for name, examples in told if not faults_of(examples)]
    assert missed == []


def test_a_key_lies_where_kafkas_own_clients_put_it() -> None:
    for length in range(1, 40):
        key = "programme:시험-"[:length] + "x" * max(0, length - 13)
        assert partition_of(key, 6) == (murmur2(key.encode()) & 0x7FFFFFFF) % 6


def test_every_way_to_the_end_is_told() -> None:
    said = {each["headers"]["ce_type"].split(".")[1] for each in STORY}
    assert {str(state) for state in lifecycle.ENDED | lifecycle.CONCLUDED} <= said
