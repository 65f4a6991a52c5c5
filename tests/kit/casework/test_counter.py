"""Orders that come together share a transaction, and none of them notices the others."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

import asyncpg
import pytest
from asyncpg import Connection

from ieum.casework.orders import REFERRAL_ORDER, ReferralOrder
from ieum.casework.sending import NewIds
from ieum.casework.values import Change, Guard, Refusal
from ieum.delivery.delivery_context import Here
from ieum.delivery.sending.outbox import Cause, Outbox
from ieum.application import commands
from ieum.storage.idempotency_rows import Answer, KeptAnswer, Ticket
from ieum.application.group_commit import TOGETHER_MAX, Counter
from ieum.application.loading import Found
from ieum.application.command import Order, Served
from ieum_contracts.codes import Decision
from tests.kit.casework.agencies import SENDER, START, new_id, referral_order
from tests.kit.casework.serving import Office, Refused, decide, known
from tests.kit.casework.test_casework_moves import resting

pytestmark = pytest.mark.stack
TRANSACTIONS = "select count(distinct xmin::text) from ledger where said and key = any($1::uuid[])"
NUMBERS = "select said from stream where key = $1 and peer = $2 and family = 1"


class Lent:
    """The office's connections, counted, and gone when `away`."""

    def __init__(self, office: Office) -> None:
        self._database = office.database
        self.transactions = 0
        self.away = False

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Connection]:
        self.transactions += 1
        if self.away:
            raise ConnectionRefusedError
        async with self._database.acquire() as connection:
            yield connection


def _counter(office: Office, lent: Lent, together_max: int = TOGETHER_MAX) -> Counter:
    here = Here(SENDER, lent, office.desk.peers, lambda: START)
    return Counter(here, office.desk, Outbox(here), together_max, hands=1)


def _referring(office: Office, ref: str, ticket: Ticket | None = None) -> tuple[Order, UUID]:
    order, ids = _order(ref), NewIds(new_id(), new_id())

    def work(found: Found, now: datetime) -> Served:
        change = commands.refer(order, office.desk.view, found, now, ids)
        if isinstance(change, Refusal):
            raise Refused(change)
        return Served(change, Answer(201, ("etag", '"1"'), str(ids.referral).encode()))

    return Order(commands.needs_of_referral(order, SENDER), work, Cause("test"), ticket), ids.referral


def _order(ref: str) -> ReferralOrder:
    return REFERRAL_ORDER.validate_python(referral_order(client_ref=ref))


async def _serve(counter: Counter, *orders: Order) -> list[Served | KeptAnswer | BaseException]:
    return await asyncio.gather(*map(counter.serve, orders), return_exceptions=True)


async def test_orders_that_come_together_share_a_transaction(office: Office) -> None:
    lent, name = Lent(office), uuid4().hex[:8]
    made = [_referring(office, f"EC-{name}-{n}") for n in range(20)]

    done = await _serve(_counter(office, lent), *(order for order, _ in made))

    assert all(isinstance(each, Served) for each in done), done
    async with office.database.acquire() as connection:
        assert await connection.fetchval(TRANSACTIONS, [referral for _, referral in made]) <= 2
    assert lent.transactions <= 2


async def test_a_refused_order_and_a_bug_leave_the_others_alone(office: Office) -> None:
    name = uuid4().hex[:8]
    good, twin = _referring(office, f"EC-{name}")[0], _referring(office, f"EC-{name}")[0]
    other, referral = _referring(office, f"EC-{name}-other")

    def bug(_found: Found, _now: datetime) -> Served:
        raise ZeroDivisionError

    first, second, third, fourth = await _serve(
        _counter(office, Lent(office)), good, twin, replace(other, work=bug), other
    )

    assert isinstance(first, Served)
    assert isinstance(second, Refused)
    assert second.refusal.guard is Guard.DUPLICATE
    assert first.change.referral is not None
    assert second.refusal.referral == first.change.referral.id
    assert isinstance(third, ZeroDivisionError)
    assert isinstance(fourth, Served)
    async with office.database.acquire() as connection:
        peer = office.desk.peers.number(first.change.referral.peer)
        assert await connection.fetchval(NUMBERS, referral, peer) == 1


async def test_a_ticket_is_served_once_whoever_comes_with_it_together(office: Office) -> None:
    ticket = Ticket(f"key-{uuid4()}", b"one request")
    made = [_referring(office, f"EC-{uuid4().hex[:8]}", ticket)[0] for _ in range(5)]

    done = await _serve(_counter(office, Lent(office)), *made)

    served = [each for each in done if isinstance(each, Served)]
    kept = [each for each in done if isinstance(each, KeptAnswer)]
    assert len(served) == 1
    assert [each.answer for each in kept] == [served[0].answer] * 4
    assert {each.ticket for each in kept} == {ticket}


async def test_the_same_ticket_at_two_processes_is_served_once(office: Office) -> None:
    ticket = Ticket(f"key-{uuid4()}", b"one request")
    counters = [_counter(office, Lent(office)) for _ in range(4)]
    orders = [_referring(office, f"EC-{uuid4().hex[:8]}", ticket)[0] for _ in counters]

    done = await asyncio.gather(*(c.serve(order) for c, order in zip(counters, orders, strict=True)))

    assert sum(isinstance(each, Served) for each in done) == 1
    assert len({each.answer.body for each in done}) == 1


async def test_two_decisions_about_one_referral_together_are_made_in_turn(office: Office) -> None:
    two = resting(Decision.ACCEPTED)
    await known(office, two)

    done = await asyncio.gather(decide(office, two, Decision.STARTED), decide(office, two, Decision.STARTED))

    assert sorted(type(each).__name__ for each in done) == ["Change", "Refusal"]


async def test_one_order_that_breaks_the_transaction_is_served_alone(office: Office) -> None:
    """Another process makes the same client's referral between looking back and writing."""
    name = uuid4().hex[:8]
    first, second = _counter(office, Lent(office)), _counter(office, Lent(office))
    orders = [_referring(office, f"EC-{name}-{n}")[0] for n in range(6)]
    clash = _referring(office, f"EC-{name}-0")[0]

    others, late = await asyncio.gather(_serve(first, *orders), _serve(second, clash))

    outcomes = [*others, *late]
    assert sum(isinstance(each, Served) for each in outcomes) == 6
    (refused,) = (each for each in outcomes if isinstance(each, Refused))
    assert refused.refusal.guard is Guard.DUPLICATE


async def test_everyone_in_the_queue_hears_that_the_database_is_away(office: Office) -> None:
    lent = Lent(office)
    lent.away = True
    counter = _counter(office, lent, together_max=2)
    orders = [_referring(office, f"EC-{uuid4().hex[:8]}")[0] for _ in range(9)]

    done = await asyncio.wait_for(_serve(counter, *orders), 5)

    assert {type(each) for each in done} == {ConnectionRefusedError}
    assert lent.transactions == 1
    lent.away = False
    assert isinstance(await counter.serve(orders[0]), Served)


LOCK = "select 1 from referral where id = $1 for update"


async def test_a_referral_that_somebody_holds_keeps_no_other_waiting_for_long(office: Office) -> None:
    held, free = resting(Decision.ACCEPTED), resting(Decision.ACCEPTED)
    await known(office, held, free)
    counter = replace(office, counter=_counter(office, Lent(office)))
    async with office.database.acquire() as holder, holder.transaction():
        await holder.execute(LOCK, held.id)
        await holder.execute("set local lock_timeout = 0")
        waiting = asyncio.create_task(decide(counter, held, Decision.STARTED))
        done = await asyncio.wait_for(decide(counter, free, Decision.STARTED), 9)
        assert isinstance(done, Change)
        with pytest.raises(asyncpg.LockNotAvailableError):
            await asyncio.wait_for(waiting, 9)


async def test_nobody_is_left_waiting_however_the_hands_come_and_go(office: Office) -> None:
    here = Here(SENDER, office.database, office.desk.peers, lambda: START)
    counter = Counter(here, office.desk, Outbox(here), together_max=2, hands=2)

    async def one(number: int) -> Served | KeptAnswer:
        for _ in range(number % 7):
            await asyncio.sleep(0)
        return await counter.serve(_referring(office, f"EC-{uuid4().hex[:8]}")[0])

    for _ in range(40):
        done = await asyncio.wait_for(asyncio.gather(*map(one, range(9))), 20)
        assert all(isinstance(each, Served) for each in done)
    assert not counter._hands
