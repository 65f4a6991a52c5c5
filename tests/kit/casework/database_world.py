"""One agency's database, event handler and command batcher, for the tests of storage."""

from dataclasses import dataclass

from asyncpg import Connection
from pydantic import JsonValue

from ieum.application import commands
from ieum.application.command import Command, CommandResult, Submission
from ieum.application.event_handler import EventHandler
from ieum.application.group_commit import CommandBatcher
from ieum.casework.decision_orders import DECISION_ORDER
from ieum.casework.loaded_cases import LoadedCases
from ieum.casework.orders import REFERRAL_ORDER
from ieum.casework.refusals import Refusal
from ieum.casework.sending import NewIds
from ieum.casework.values import Change, Referral
from ieum.delivery.sending.outbox import Cause
from ieum.delivery.streams.batch_write import Rows
from ieum.storage.database import Database
from ieum.storage.idempotency_rows import StoredResponse
from ieum_contracts.codes import Decision
from tests.kit.casework.agencies import DECISIONS, START, Two, new_id, referral_order


@dataclass(frozen=True)
class Office:
    """One agency's database, event handler, and a batcher with one command a transaction."""

    database: Database
    handler: EventHandler
    batcher: CommandBatcher


async def write(connection: Connection, api_context: Office, *referrals: Referral) -> None:
    known = LoadedCases()
    for referral in referrals:
        known.take(Change(referral))
    await api_context.handler.flush(connection, known, Rows(), START)


def no_answer(_change: Change) -> StoredResponse:
    return StoredResponse(200, (), b"")


async def serve(api_context: Office, command: Command) -> Change | Refusal:
    served = await api_context.batcher.serve(Submission(command, Cause("test")))
    if isinstance(served, CommandResult):
        return served.change
    assert isinstance(served, Refusal)
    return served


async def refer(api_context: Office, **fields: JsonValue) -> Change | Refusal:
    order = REFERRAL_ORDER.validate_python(referral_order(**fields))
    ids = NewIds(new_id(), new_id())
    return await serve(api_context, commands.refer(order, api_context.handler.view, ids, no_answer))


async def known(api_context: Office, *twos: Two) -> None:
    async with api_context.database.acquire() as connection, connection.transaction():
        known = LoadedCases()
        for two in twos:
            known.take(Change(two.at_recipient, two.recipient.known.case_of(two.at_recipient)))
        await api_context.handler.flush(connection, known, Rows(), START)


async def decide(api_context: Office, two: Two, decision: Decision, **fields: JsonValue) -> Change | Refusal:
    order = DECISION_ORDER.validate_python({**DECISIONS[decision], **fields})
    return await serve(
        api_context, commands.decide(two.id, order, api_context.handler.view, new_id(), no_answer)
    )
