"""How often the database is asked for one event, one order, one look: nobody adds an exchange unseen.

The numbers are those of today; a batch could do with fewer. Whoever needs fewer lowers them here; whoever
needs more says why.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

import pytest
from pydantic import SecretStr

from ieum_contracts.topics import MAILBOX_PARTITIONS
from ieum_lab.embedded.stack import Stack
from ieum_lab.testing.centre import CentreUnderTest, Template, end_centre, new_centre
from tests.kit.api.referring import referral_order
from tests.kit.postgres_door import Exchange, PostgresDoor, postgres_door
from tests.restored.whole import Whole, comes

pytestmark = pytest.mark.stack
CANCEL = {"ask": "cancel-requested", "reason": "client-declined"}
SENDER, RECIPIENT = "employment-center", "city-welfare-team"
ROUNDS, SETTLED_SECONDS = MAILBOX_PARTITIONS + 1, 1.0
"""One partition at least is met a second time."""
BATCH, ORDER, ASK, LOOK = 2, 1, 2, 8
"""Exchanges of a batch of one event, of orders that refer and that ask, and of a look at one referral."""
IDLE_SECONDS, IDLE = 6.0, 16.0
"""Exchanges in a second while nothing happens and nothing waits, of all jobs together."""
READ, TAKEN_IN, ORDERED, LOOKED = (
    "with every as",
    "moved as ( insert into position",
    "insert into idempotency",
    "insert into access_log",
)


def behind(centre: CentreUnderTest, agency: str, door: PostgresDoor) -> Whole:
    """Make an agency that reaches its database through a door."""
    whole = Whole(centre, agency)
    dsn = whole.settings.database_dsn.get_secret_value()
    through = dsn.replace(f":{urlsplit(dsn).port}/", f":{door.port}/")
    whole.settings = whole.settings.model_copy(update={"database_dsn": SecretStr(through)})
    return whole


def spans(exchanges: Sequence[Exchange], first: str, within: str, last: str) -> Iterator[int]:
    """Count the exchanges of a connection from each first one to the last one, with another among them."""
    for connection in {each.connection for each in exchanges}:
        texts = [each.text for each in exchanges if each.connection == connection]
        begin: int | None = None
        for number, text in enumerate(texts):
            begin = number if text.startswith(first) else begin
            if begin is not None and last in text:
                if any(within in each for each in texts[begin : number + 1]):
                    yield number + 1 - begin
                begin = None


async def test_a_batch_orders_and_a_look_need_so_many_exchanges_and_no_more(
    stack: Stack, database_template: Template
) -> None:
    centre = await new_centre(stack, database_template, (SENDER, RECIPIENT))
    port = urlsplit(centre.access(SENDER).dsn).port
    assert port is not None
    batches, orders, asks, looks = list[int](), list[int](), list[int](), list[int]()
    async with postgres_door(port) as door:
        sender, recipient = behind(centre, SENDER, door), Whole(centre, RECIPIENT)
        await sender.start(programmes=0)
        await recipient.start()
        for _ in range(ROUNDS):
            await asyncio.sleep(SETTLED_SECONDS)
            door.exchanges.clear()
            status, made = await sender.post("/v1/referrals", **referral_order(recipient.address))
            assert status == 201, made
            orders += spans(door.exchanges, "with met", ORDERED, ORDERED)
            await comes(lambda referral=str(made["id"]): is_received(sender, referral))  # type: ignore[misc]
            batches += spans(door.exchanges, READ, TAKEN_IN, TAKEN_IN)
            looks += spans(door.exchanges, "BEGIN ISOLATION", LOOKED, LOOKED)
            door.exchanges.clear()
            status, answer = await sender.post(f"/v1/referrals/{made['id']}/asks", **CANCEL)
            assert status == 200, answer
            asks += spans(door.exchanges, READ, ORDERED, ORDERED)
        await asyncio.sleep(SETTLED_SECONDS)
        door.exchanges.clear()
        await asyncio.sleep(IDLE_SECONDS)
        idle = [each.text for each in door.exchanges]
        await sender.stop()
        await recipient.stop()
    await end_centre(centre)
    assert min(batches) == BATCH  # the first event of a partition needs locks
    assert min(orders) == ORDER
    assert min(asks) == ASK
    assert min(looks) == LOOK
    assert IDLE / 2 < len(idle) / IDLE_SECONDS <= IDLE, Counter(idle)


async def is_received(agency: Whole, referral: str) -> bool:
    return await agency.state(referral) == "received"
