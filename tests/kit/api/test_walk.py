"""How many files one request and one record enter: whoever follows them has to open so many.

The test traces real work on a real database, after a first round that fills every cache.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from uuid import uuid4

import httpx
import pytest

from ieum_contracts.topics import MAILBOX_PARTITIONS
from tests.kit.api.agency_api import Api, carry, settle
from tests.kit.api.referring import referral_order

pytestmark = pytest.mark.stack

PRODUCT = tuple(str(Path(__file__).parents[3] / folder) for folder in ("contracts", "services"))
POST_FILES_MAX, RECORD_FILES_MAX = 59, 46
"""What is so now, lest it grow; the aim is 20 and 22."""


KNOWN = """
insert into position (family, partition, next_offset)
select 1, partition, 0 from generate_series(0, $1::integer - 1) partition on conflict do nothing
"""


@contextmanager
def walked() -> Iterator[list[str]]:
    """Note each file of the product that is entered, and each move from one to another."""
    moves: list[str] = []

    def enter(frame: FrameType, event: str, _argument: object) -> None:
        file = frame.f_code.co_filename
        if event == "call" and file.startswith(PRODUCT) and (not moves or moves[-1] != file):
            moves.append(file)

    sys.setprofile(enter)
    try:
        yield moves
    finally:
        sys.setprofile(None)


async def test_a_post_is_followed_through_few_files(api: Api, welfare: Api) -> None:
    await api.post("/v1/referrals", referral_order(api.peer))
    await settle(api, welfare)

    transport = httpx.ASGITransport(api.app)  # without the checks that the other tests' client makes
    async with httpx.AsyncClient(
        transport=transport, base_url="http://localhost", headers=api.headers
    ) as http:
        with walked() as moves:
            answer = await http.post(
                "/v1/referrals", json=referral_order(api.peer), headers={"idempotency-key": str(uuid4())}
            )

    assert answer.status_code == 201, answer.text
    await settle(api, welfare)
    assert len(set(moves)) <= POST_FILES_MAX, report(moves)


async def test_a_record_is_followed_through_few_files(api: Api, welfare: Api) -> None:
    await api.post("/v1/referrals", referral_order(api.peer))
    await settle(api, welfare)
    await api.post("/v1/referrals", referral_order(api.peer))

    async with welfare.database.acquire() as connection:  # the first record of a partition is another way
        await connection.execute(KNOWN, MAILBOX_PARTITIONS)
    with walked() as moves:
        assert await carry(api, welfare) == 1

    await settle(api, welfare)
    assert len(set(moves)) <= RECORD_FILES_MAX, report(moves)


def report(moves: list[str]) -> str:
    """List the files in the order in which they were first entered."""
    files = [file.removeprefix(f"{Path(__file__).parents[3]}/") for file in dict.fromkeys(moves)]
    return "\n".join([f"{len(files)} files, {len(moves)} moves between them:", *files])
