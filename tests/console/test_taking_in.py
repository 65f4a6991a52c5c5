"""Records are read while those before are written: all, in their order, and nothing after a fault."""

import asyncio
from collections.abc import Sequence

import pytest

from ieum_console.projector.taking_in import AT_ONCE, in_parts, take_in

BATCHES = (("a", "b"), ("c",), ("d", "e"))


class Topic:
    """Gives batches one by one, then nothing; notes what happens in its order."""

    def __init__(self, *batches: Sequence[str]) -> None:
        self._batches = list(batches)
        self.happened: list[str] = []
        self.written: list[str] = []
        self.reading = False

    async def read(self) -> Sequence[str]:
        self.reading = True
        await asyncio.sleep(0)
        self.reading = False
        batch = self._batches.pop(0) if self._batches else ()
        self.happened.append(f"read {''.join(batch)}")
        return batch

    async def write(self, records: Sequence[str]) -> None:
        self.happened.append(f"begin {''.join(records)}")
        for _ in range(5):
            await asyncio.sleep(0)
        self.written += records
        self.happened.append(f"end {''.join(records)}")


async def test_all_is_written_in_its_order_and_read_on_meanwhile() -> None:
    topic = Topic(*BATCHES)
    await take_in(topic.read, topic.write, lambda: False)
    assert "".join(topic.written) == "abcde"
    assert topic.happened.index("read c") < topic.happened.index("end ab")
    assert topic.happened[-1] == "end de"


async def test_when_it_is_time_nothing_that_was_read_is_left_unwritten() -> None:
    topic = Topic(*BATCHES)
    await take_in(topic.read, topic.write, lambda: "end ab" in topic.happened)
    assert "".join(topic.written) == "abc"
    assert topic.happened.count("read c") == 1
    assert "read de" not in topic.happened


async def test_after_a_fault_nothing_is_read_on() -> None:
    topic = Topic(*BATCHES)

    async def fails(_: Sequence[str]) -> None:
        raise OSError("The database is away.")

    with pytest.raises(OSError, match="away"):
        await take_in(topic.read, fails, lambda: False)
    for _ in range(5):
        await asyncio.sleep(0)
    assert topic.happened == ["read ab"]


async def test_others_have_their_turn_while_many_headers_are_read() -> None:
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    other = asyncio.ensure_future(others())
    assert await in_parts(range(AT_ONCE * 4), str) == [str(number) for number in range(AT_ONCE * 4)]
    other.cancel()
    assert turns >= 3
