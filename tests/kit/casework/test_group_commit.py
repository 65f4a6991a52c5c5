"""Commands that arrive together share a transaction and do not affect each other."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

import asyncpg
import pytest
from asyncpg import Connection
from pydantic import JsonValue

from ieum.application import commands
from ieum.application.command import CommandResult, Submission
from ieum.application.group_commit import TOGETHER_MAX, CommandBatcher
from ieum.application.loading import Loaded
from ieum.casework.orders import REFERRAL_ORDER, ReferralOrder
from ieum.casework.refusals import Guard, Refusal
from ieum.casework.sending import NewIds
from ieum.casework.values import Change
from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.sending.outbox import Cause, Outbox
from ieum.storage.idempotency_rows import IdempotencyKey, StoredAnswer, StoredResponse
from ieum_contracts.codes import Decision
from tests.kit.casework.agencies import SENDER, START, new_id, referral_order
from tests.kit.casework.database_world import Office, decide, known
from tests.kit.casework.test_casework_moves import resting

pytestmark = pytest.mark.stack
TRANSACTIONS = "select count(distinct xmin::text) from ledger where said and key = any($1::uuid[])"
NUMBERS = "select said from stream where key = $1 and peer = $2 and family = 1"

CLIENTS = "select count(*) from referral where client_ref = $1"


class Lent:
    """The database's connections, counted, and refused when `away`."""

    def __init__(self, api_context: Office) -> None:
        self._database = api_context.database
        self.transactions = 0
        self.away = False

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Connection]:
        self.transactions += 1
        if self.away:
            raise ConnectionRefusedError
        async with self._database.acquire() as connection:
            yield connection


def _counter(api_context: Office, lent: Lent, together_max: int = TOGETHER_MAX) -> CommandBatcher:
    context = DeliveryContext(SENDER, lent, api_context.handler.peers, lambda: START)
    return CommandBatcher(context, api_context.handler, Outbox(context), together_max, workers=1)


def _referring(
    api_context: Office, ref: str, idempotency_key: IdempotencyKey | None = None, **fields: JsonValue
) -> tuple[Submission, UUID]:
    order, ids = _order(ref, **fields), NewIds(new_id(), new_id())

    def render(change: Change) -> StoredResponse:
        assert change.referral is not None
        return StoredResponse(201, ("etag", '"1"'), str(change.referral.id).encode())

    command = commands.refer(order, api_context.handler.view, ids, render)
    return Submission(command, Cause("test"), idempotency_key), ids.referral


def _order(ref: str, **fields: JsonValue) -> ReferralOrder:
    return REFERRAL_ORDER.validate_python(referral_order(client_ref=ref, **fields))


async def _serve(
    batcher: CommandBatcher, *orders: Submission
) -> list[CommandResult | Refusal | StoredAnswer | BaseException]:
    return await asyncio.gather(*map(batcher.serve, orders), return_exceptions=True)


async def test_orders_that_come_together_share_a_transaction(api_context: Office) -> None:
    lent, name = Lent(api_context), uuid4().hex[:8]
    made = [_referring(api_context, f"EC-{name}-{n}") for n in range(20)]

    done = await _serve(_counter(api_context, lent), *(order for order, _ in made))

    assert all(isinstance(each, CommandResult) for each in done), done
    async with api_context.database.acquire() as connection:
        assert await connection.fetchval(TRANSACTIONS, [referral for _, referral in made]) <= 2
    assert lent.transactions <= 2


async def test_a_refused_order_and_a_bug_leave_the_others_alone(api_context: Office) -> None:
    name = uuid4().hex[:8]
    good, twin = _referring(api_context, f"EC-{name}")[0], _referring(api_context, f"EC-{name}")[0]
    other, referral = _referring(api_context, f"EC-{name}-other")

    def bug(_found: Loaded, _now: datetime) -> Change:
        raise ZeroDivisionError

    first, second, third, fourth = await _serve(
        _counter(api_context, Lent(api_context)),
        good,
        twin,
        replace(other, command=replace(other.command, decide=bug)),
        other,
    )

    assert isinstance(first, CommandResult)
    assert isinstance(second, Refusal)
    assert second.guard is Guard.DUPLICATE
    assert first.change.referral is not None
    assert second.referral == first.change.referral.id
    assert isinstance(third, ZeroDivisionError)
    assert isinstance(fourth, CommandResult)
    async with api_context.database.acquire() as connection:
        peer = api_context.handler.peers.number(first.change.referral.peer)
        assert await connection.fetchval(NUMBERS, referral, peer) == 1


async def test_a_ticket_is_served_once_whoever_comes_with_it_together(api_context: Office) -> None:
    idempotency_key = IdempotencyKey(f"key-{uuid4()}", b"one request")
    made = [_referring(api_context, f"EC-{uuid4().hex[:8]}", idempotency_key)[0] for _ in range(5)]

    done = await _serve(_counter(api_context, Lent(api_context)), *made)

    served = [each for each in done if isinstance(each, CommandResult)]
    kept = [each for each in done if isinstance(each, StoredAnswer)]
    assert len(served) == 1
    assert [each.answer for each in kept] == [served[0].answer] * 4
    assert {each.idempotency_key for each in kept} == {idempotency_key}


async def test_what_stands_against_an_order_is_found_though_nobody_looked_before(api_context: Office) -> None:
    """The statement that writes writes nothing then; what may be done is done by a second look."""
    lent, client = Lent(api_context), f"EC-{uuid4().hex[:8]}"
    batcher, key = _counter(api_context, lent), IdempotencyKey(f"key-{uuid4()}", b"one request")
    order, _ = _referring(api_context, client, key)
    (first,) = await _serve(batcher, order)
    async with api_context.database.acquire() as connection:  # as of one that was reopened: no key forbids it
        await connection.execute("update referral set open_ref = null where client_ref = $1", client)
    other, twin = _referring(api_context, f"{client}-other"), _referring(api_context, client)

    again, made = await _serve(batcher, order, other[0])
    (refused,) = await _serve(batcher, twin[0])

    assert isinstance(first, CommandResult)
    assert isinstance(again, StoredAnswer)
    assert again.answer == first.answer
    assert isinstance(made, CommandResult)
    assert isinstance(refused, Refusal)
    assert (refused.guard, refused.referral) == (Guard.DUPLICATE, UUID(first.answer.body.decode()))
    async with api_context.database.acquire() as connection:
        assert await connection.fetchval(CLIENTS, client) == 1
        assert await connection.fetchval(CLIENTS, f"{client}-other") == 1


async def test_an_answer_that_was_stored_comes_before_a_refusal_that_would_be_given_today(
    api_context: Office,
) -> None:
    key, batcher = IdempotencyKey(f"key-{uuid4()}", b"one request"), _counter(api_context, Lent(api_context))
    order, _ = _referring(api_context, f"EC-{uuid4().hex[:8]}", key)
    (first,) = await _serve(batcher, order)
    closed = replace(order.command, decide=lambda _loaded, _now: Refusal(Guard.NOT_FOUND, "unknown"))

    (again,) = await _serve(batcher, replace(order, command=closed))

    assert isinstance(first, CommandResult)
    assert isinstance(again, StoredAnswer)
    assert again.answer == first.answer


async def test_the_same_ticket_at_two_processes_is_served_once(api_context: Office) -> None:
    idempotency_key = IdempotencyKey(f"key-{uuid4()}", b"one request")
    counters = [_counter(api_context, Lent(api_context)) for _ in range(4)]
    orders = [_referring(api_context, f"EC-{uuid4().hex[:8]}", idempotency_key)[0] for _ in counters]

    done = await asyncio.gather(*(c.serve(order) for c, order in zip(counters, orders, strict=True)))

    assert sum(isinstance(each, CommandResult) for each in done) == 1
    assert len({each.answer.body for each in done if not isinstance(each, Refusal)}) == 1


async def test_two_decisions_about_one_referral_together_are_made_in_turn(api_context: Office) -> None:
    two = resting(Decision.ACCEPTED)
    await known(api_context, two)

    done = await asyncio.gather(
        decide(api_context, two, Decision.STARTED), decide(api_context, two, Decision.STARTED)
    )

    assert sorted(type(each).__name__ for each in done) == ["Change", "Refusal"]


async def test_two_clients_are_not_referred_together_from_one_parent(api_context: Office) -> None:
    two = resting()
    await known(api_context, two)
    clients = [f"EC-{uuid4().hex[:8]}" for _ in range(2)]
    made = [
        _referring(api_context, client, parent=str(two.id), loop_override="시험")[0] for client in clients
    ]

    first, second = await _serve(_counter(api_context, Lent(api_context)), *made)

    assert isinstance(first, CommandResult), first
    assert isinstance(second, Refusal)
    assert (second.guard, second.reason) == (Guard.JOURNEY, "parent-of-another-client")


async def test_one_order_that_breaks_the_transaction_is_served_alone(api_context: Office) -> None:
    """Another process makes the same client's referral between looking back and writing."""
    name = uuid4().hex[:8]
    first, second = _counter(api_context, Lent(api_context)), _counter(api_context, Lent(api_context))
    orders = [_referring(api_context, f"EC-{name}-{n}")[0] for n in range(6)]
    clash = _referring(api_context, f"EC-{name}-0")[0]

    others, late = await asyncio.gather(_serve(first, *orders), _serve(second, clash))

    outcomes = [*others, *late]
    assert sum(isinstance(each, CommandResult) for each in outcomes) == 6
    (refused,) = (each for each in outcomes if isinstance(each, Refusal))
    assert refused.guard is Guard.DUPLICATE


async def test_everyone_in_the_queue_hears_that_the_database_is_away(api_context: Office) -> None:
    lent = Lent(api_context)
    lent.away = True
    batcher = _counter(api_context, lent, together_max=2)
    orders = [_referring(api_context, f"EC-{uuid4().hex[:8]}")[0] for _ in range(9)]

    done = await asyncio.wait_for(_serve(batcher, *orders), 5)

    assert {type(each) for each in done} == {ConnectionRefusedError}
    assert lent.transactions == 1
    lent.away = False
    assert isinstance(await batcher.serve(orders[0]), CommandResult)


LOCK = "select 1 from referral where id = $1 for update"


async def test_a_referral_that_somebody_holds_keeps_no_other_waiting_for_long(api_context: Office) -> None:
    held, free = resting(Decision.ACCEPTED), resting(Decision.ACCEPTED)
    await known(api_context, held, free)
    batcher = replace(api_context, batcher=_counter(api_context, Lent(api_context)))
    async with api_context.database.acquire() as holder, holder.transaction():
        await holder.execute(LOCK, held.id)
        await holder.execute("set local lock_timeout = 0")
        waiting = asyncio.create_task(decide(batcher, held, Decision.STARTED))
        done = await asyncio.wait_for(decide(batcher, free, Decision.STARTED), 9)
        assert isinstance(done, Change)
        with pytest.raises(asyncpg.LockNotAvailableError):
            await asyncio.wait_for(waiting, 9)


async def test_nobody_is_left_waiting_however_the_hands_come_and_go(api_context: Office) -> None:
    context = DeliveryContext(SENDER, api_context.database, api_context.handler.peers, lambda: START)
    batcher = CommandBatcher(context, api_context.handler, Outbox(context), together_max=2, workers=2)

    async def one(number: int) -> CommandResult | Refusal | StoredAnswer:
        for _ in range(number % 7):
            await asyncio.sleep(0)
        return await batcher.serve(_referring(api_context, f"EC-{uuid4().hex[:8]}")[0])

    for _ in range(40):
        done = await asyncio.wait_for(asyncio.gather(*map(one, range(9))), 20)
        assert all(isinstance(each, CommandResult) for each in done)
    assert not batcher._workers
