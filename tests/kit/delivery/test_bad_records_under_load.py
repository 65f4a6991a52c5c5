"""Bad records of every kind between 500 good ones, which are applied quickly and quietly all the same."""

from collections.abc import AsyncIterator
from itertools import zip_longest
from pathlib import Path

import psutil
import pytest
import pytest_asyncio

from ieum_lab.embedded.stack import Stack
from tests.kit.delivery import wire
from tests.kit.delivery.agencies import check_histories, new_keys, quiet, until
from tests.kit.delivery.conftest import Pair
from tests.kit.delivery.disposition_cases import CASES, IDENTIFIER, MARK, PLACEHOLDER, Ground
from tests.kit.delivery.processes import BareProcess

pytestmark = [pytest.mark.stack, pytest.mark.quiet]
GOOD_STREAMS, GOOD_NUMBERS = 50, 10
SECONDS_MAX, LINES_MAX, MEMORY_BYTES_MAX = 10.0, 50, 20 * 1024 * 1024


@pytest_asyncio.fixture
async def beta(resting: Pair, tmp_path: Path) -> AsyncIterator[BareProcess]:
    """Give beta as a process that has heard a few events already."""
    process = BareProcess(resting.centre, "beta", tmp_path / "beta.log")
    await process.logs("bare.ready")
    await resting.alpha.start()
    for _ in range(20):
        await resting.alpha.say(resting.beta.address, new_keys(10))
    await quiet(resting.alpha, resting.beta)
    yield process
    process.kill()
    resting.alpha.check()


async def test_good_events_are_applied_in_a_storm_of_bad_ones(
    stack: Stack, resting: Pair, beta: BareProcess
) -> None:
    await check_histories(resting.alpha, resting.beta)
    source, me = resting.alpha.address, resting.beta.address
    grounds = [Ground(source, me, key) for key in new_keys(GOOD_STREAMS)]
    good = [ground.good(n + 1) for n in range(GOOD_NUMBERS) for ground in grounds]
    made = [(case, case.records(Ground(source, me, new_keys(1)[0]))) for case in CASES]
    plain = [r for case, records in made if case.compression == "none" for r in records]
    mixed = [r for pair in zip_longest(good, plain) for r in pair if r is not None]
    memory = psutil.Process(beta.pid).memory_info().rss
    lines = len(beta.lines())

    wire.produce(stack, mixed)
    for case, records in made:
        if case.compression != "none":
            wire.produce(stack, records, case.compression)
        elif case.reason == "record.unreadable":
            await wire.produce_with_name(stack, records, PLACEHOLDER.encode(), b"\xff\xfeLACEHOLDE")
    heard = "select count(*) from effect where key = any($1)"
    keys = [ground.key for ground in grounds]

    async def applied() -> bool:
        return await resting.beta.value(heard, keys) == GOOD_STREAMS * GOOD_NUMBERS

    assert await until(applied, seconds=SECONDS_MAX) < SECONDS_MAX
    in_order = await resting.beta.rows(
        "select key, array_agg(sequence order by o) as numbers from effect where key = any($1) group by key",
        keys,
    )
    assert all(row["numbers"] == list(range(1, GOOD_NUMBERS + 1)) for row in in_order)
    logged = beta.lines()[lines:]
    assert len(logged) < LINES_MAX, [line["event"] for line in logged]
    assert psutil.Process(beta.pid).memory_info().rss - memory < MEMORY_BYTES_MAX
    assert not [line for line in beta.lines() if MARK in str(line) or IDENTIFIER in str(line)]
