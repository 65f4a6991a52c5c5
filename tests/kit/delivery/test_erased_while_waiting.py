"""What waits when a client's data are erased: its personal part goes; what has none is still taken in."""

from datetime import UTC, datetime

import pytest

from ieum.delivery.erasure import erase_heard
from ieum.delivery.streams.stream import StreamKey
from ieum_contracts.overdue import Clock, ClockLevel, ReferralOverdue
from ieum_contracts.referral import ReferralAmended
from tests.kit.delivery.agencies import new_keys
from tests.kit.delivery.conftest import Pair
from tests.kit.delivery.rows import add_parked, peer_of, waiting

pytestmark = pytest.mark.stack
NOW = datetime(2026, 11, 30, tzinfo=UTC)
REMINDER = ReferralOverdue(clock=Clock.DECISION, level=ClockLevel.OVERDUE, due_at=NOW)
UNKEPT = "select sequence, coalesce(unkept, '') as unkept from parked where key = $1 order by sequence"
ADD_PART = """
update parked set body = convert_to('{"sealed": {"note": "x"}}', 'UTF8') where key = $1 and sequence = 3
"""


async def test_only_what_may_hold_something_personal_is_emptied(resting: Pair) -> None:
    alpha, beta = resting.alpha, resting.beta
    [key], peer = new_keys(1), await peer_of(beta, alpha)
    at = StreamKey(key, peer, 1)
    for sequence, body in ((1, ReferralAmended()), (2, REMINDER), (3, REMINDER)):
        await add_parked(beta, waiting(beta, alpha, at, sequence, NOW, body=body))
    await beta.change(ADD_PART, key)  # as newer contracts may have it

    async with beta.database.acquire() as connection:
        await erase_heard(connection, beta.context.peers, [(key, None)])

    emptied = {row["sequence"]: row["unkept"] for row in await beta.rows(UNKEPT, key)}
    assert emptied == {1: "body.erased", 2: "", 3: "body.erased"}
    await beta.change("delete from parked where key = $1", key)
