"""What a command changes is read without a lock; where it moves before it is written, nothing is written."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from asyncpg import Connection

from ieum.application import commands
from ieum.application.command import CommandResult, Submission
from ieum.application.execution import Decided, Execution, Outcome
from ieum.application.optimistic_commands import execute_without_lock
from ieum.casework.decision_orders import DECISION_ORDER
from ieum.casework.refusals import Refusal
from ieum.casework.values import Change
from ieum.delivery.sending.outbox import Cause
from ieum.delivery.streams.batch_write import Condition
from ieum.storage import unlocked_rows
from ieum.storage.idempotency_rows import IdempotencyKey, StoredResponse
from tests.kit.api.agency_api import Api, settle
from tests.kit.api.referring import referral_order

pytestmark = pytest.mark.stack
MEANWHILE = {
    "the referral": "update referral set version = version + 1 where id = $1",
    "a clock": "update clock set fired = fired where referral = $1",
    "the stream": "update stream set said = said where key = $1",
    "the case": """
        update case_file set version = version where id = (select case_id from referral where id = $1)
    """,
    "the stream of the case": """
        update stream set said = said where key = (select case_id from referral where id = $1)
    """,
    "another referral of the case": """
        update referral set version = version
        where case_id = (select case_id from referral where id = $1) and id <> $1
    """,
}
"""What another transaction may do between the two statements of a command."""
JOIN = """
update referral set case_id = case_file.id, journey = case_file.journey
from case_file where referral.id = $2 and case_file.id = (select case_id from referral where id = $1)
"""
TELL = """
insert into stream (key, peer, family, said, heard) select case_id, peer, 2, 1, 0 from referral where id = $1
"""
WRITTEN = "select state, version, (select count(*) from ledger where key = $1) from referral where id = $1"
MANY = """
insert into referral
select (jsonb_populate_record(r, jsonb_build_object('id', gen_random_uuid(), 'reason', 'other'))).*
from referral r cross join generate_series(1, $2::integer) where r.id = $1
"""
FEWER = """
delete from referral where case_id = (select case_id from referral where id = $1) and reason = 'other'
"""
STORE = """
insert into idempotency (key, fingerprint, status, headers, body, at)
values ($1, 'one request', 200, '{}', '{}', now())
"""
START = {"decision": "started"}


class Disturbed(Execution):
    """An execution that lets another transaction do something after it has read, and before it writes."""

    api: Api
    meanwhile: tuple[str, *tuple[object, ...]]

    async def write(
        self, connection: Connection, decided: Decided, condition: Condition | None = None
    ) -> bool:
        await run(self.api, *self.meanwhile)
        return await super().write(connection, decided, condition)


async def run(api: Api, statement: str, *arguments: object) -> None:
    async with api.database.acquire() as connection:
        await connection.execute(statement, *arguments)


@dataclass
class Serving:
    """A referral that its recipient serves in a case, together with another one."""

    api: Api
    referral: UUID

    async def order(
        self, meanwhile: str = "select 1", *arguments: object, key: IdempotencyKey | None = None
    ) -> Outcome | None:
        """Start with it by two statements, if that is possible."""
        context = self.api.api_context
        execution = Disturbed(context.delivery, context.handler, self.api.outbox)
        execution.api, execution.meanwhile = self.api, (meanwhile, *arguments)

        def answer(_: Change) -> StoredResponse:
            return StoredResponse(200, (), b"{}")

        order = DECISION_ORDER.validate_python(START)
        command = commands.decide(self.referral, order, context.handler.view, uuid4(), answer)
        async with self.api.database.acquire() as connection:
            outcomes = await execute_without_lock(
                connection, execution, [Submission(command, Cause("test"), key)]
            )
        return None if outcomes is None else outcomes[0]

    async def written(self) -> tuple[str, int, int]:
        async with self.api.database.acquire() as connection:
            row = await connection.fetchrow(WRITTEN, self.referral)
        assert row is not None
        return (row[0], row[1], row[2])


@pytest_asyncio.fixture
async def serving(api: Api, welfare: Api) -> AsyncIterator[Serving]:
    """Let two referrals be accepted into one case, and bring everything to rest after the test."""
    referrals = []
    for _ in range(2):
        made = await api.post("/v1/referrals", referral_order(api.peer))
        assert made.status_code == 201, made.text
        referrals.append(UUID(made.json()["id"]))
    await settle(api, welfare)
    for referral in referrals:
        answer = await welfare.post(f"/v1/referrals/{referral}/decisions", {"decision": "accepted"})
        assert answer.status_code == 200, answer.text
    async with welfare.database.acquire() as connection:
        await connection.execute(JOIN, *referrals)
        await connection.execute(TELL, referrals[0])
    await settle(api, welfare)
    yield Serving(welfare, referrals[0])
    async with welfare.database.acquire() as connection:
        await connection.execute("delete from source")
    await settle(api, welfare)


async def test_a_command_during_which_nothing_moved_is_written(serving: Serving) -> None:
    _, version, said = await serving.written()
    assert isinstance(await serving.order(), CommandResult)
    after = await serving.written()
    assert after == ("in-progress", version + 1, said + 1)
    assert isinstance(await serving.order(), Refusal)  # it is started already
    assert await serving.written() == after


@pytest.mark.parametrize("moved", MEANWHILE)
async def test_where_something_moves_meanwhile_nothing_is_written(serving: Serving, moved: str) -> None:
    state, _, said = await serving.written()
    assert await serving.order(MEANWHILE[moved], serving.referral) is None
    after = await serving.written()
    assert (after[0], after[2]) == (state, said)


@pytest.mark.parametrize("moved", MEANWHILE)
async def test_what_moves_meanwhile_is_something(serving: Serving, moved: str) -> None:
    """Else the test above would pass whatever is compared."""
    async with serving.api.database.acquire() as connection:
        done = await connection.execute(MEANWHILE[moved], serving.referral)
    assert not done.endswith(" 0")


async def test_of_two_under_one_key_only_one_is_written(serving: Serving) -> None:
    """The answer is stored between the two statements of the other."""
    key = IdempotencyKey(f"key-{uuid4()}", b"one request")
    before = await serving.written()
    assert await serving.order(STORE, key.key, key=key) is None
    assert await serving.order(key=key) is None  # its answer is stored; it is found with locks
    assert await serving.written() == before
    assert isinstance(await serving.order(), CommandResult)
    assert await serving.order(key=key) is None, "it would be refused today, and was answered before"


async def test_a_held_source_is_left_to_the_locks(serving: Serving) -> None:
    peer = serving.api.api_context.delivery.peers.number(serving.api.peer)
    await run(serving.api, "insert into source (peer, since, held) values ($1, now(), 'by-operator')", peer)
    before = await serving.written()
    assert await serving.order() is None
    assert await serving.written() == before


async def test_a_large_case_is_left_to_the_locks(serving: Serving) -> None:
    await run(serving.api, MANY, serving.referral, unlocked_rows.SERVED_MAX)
    try:
        assert await serving.order() is None
    finally:
        await run(serving.api, FEWER, serving.referral)
    assert isinstance(await serving.order(), CommandResult)
