"""Executes commands on one connection: loads what they need, decides each, writes all at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from asyncpg import Connection

from ieum.application.command import CommandResult, Submission, accessed_by
from ieum.application.event_handler import EventHandler
from ieum.application.flush import Kept, flush
from ieum.application.loading import Loaded, Requirements, know_peers, load
from ieum.application.looking_back import nothing_stands_against
from ieum.casework.refusals import Refusal
from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.sending.outbox import Outbox, OutboxWriter
from ieum.delivery.streams.batch_write import Condition
from ieum.storage.idempotency_rows import IdempotencyKey, StoredAnswer

Outcome = CommandResult | Refusal | StoredAnswer | Exception


@dataclass(frozen=True, slots=True)
class _Decided:
    """Commands with their outcomes, and what has to be written for them."""

    submissions: Sequence[Submission]
    outcomes: list[Outcome]
    loaded: Loaded
    writer: OutboxWriter


class Execution:
    """Executes commands; the caller has opened a transaction if one of them locks something."""

    def __init__(self, context: DeliveryContext, handler: EventHandler, outbox: Outbox) -> None:
        self._context = context
        self._handler = handler
        self._outbox = outbox

    async def execute(self, connection: Connection, submissions: Sequence[Submission]) -> list[Outcome]:
        """Execute commands and write what they change; returns the outcome of each, in their order."""
        needs = [each.command.needs for each in submissions]
        keys = [each.idempotency_key for each in submissions]
        if all(each.only_new for each in needs):
            outcomes = await self._without_looking(connection, submissions, needs, keys)
            if outcomes is not None:
                return outcomes
        loaded = await load(connection, self._handler.peers, needs, keys)
        decided = await self._decide(connection, submissions, loaded)
        if any(isinstance(outcome, CommandResult) for outcome in decided.outcomes):
            await self._write(connection, decided)
        return decided.outcomes

    async def _without_looking(
        self,
        connection: Connection,
        submissions: Sequence[Submission],
        needs: Sequence[Requirements],
        keys: Sequence[IdempotencyKey | None],
    ) -> list[Outcome] | None:
        """Execute commands as if nothing stood against them, on the condition that it is so: one statement.

        Returns None, and has written nothing, where something does: then one has to look.
        """
        peers = self._handler.peers
        await know_peers(connection, peers, needs)
        condition = nothing_stands_against(peers, [each.client for each in needs], keys)
        decided = await self._decide(connection, submissions, Loaded())
        if not all(isinstance(outcome, CommandResult) for outcome in decided.outcomes):
            return None
        return decided.outcomes if await self._write(connection, decided, condition) else None

    async def _decide(
        self, connection: Connection, submissions: Sequence[Submission], loaded: Loaded
    ) -> _Decided:
        writer = await self._outbox.open(connection, {*loaded.known.referrals, *loaded.known.cases})
        now = self._context.now()
        outcomes = [_outcome(each, loaded, writer, now) for each in submissions]
        return _Decided(submissions, outcomes, loaded, writer)

    async def _write(
        self, connection: Connection, decided: _Decided, condition: Condition | None = None
    ) -> bool:
        answers = [
            StoredAnswer(each.idempotency_key, outcome.answer)
            for each, outcome in zip(decided.submissions, decided.outcomes, strict=True)
            if each.idempotency_key is not None and isinstance(outcome, CommandResult)
        ]
        return await flush(
            connection,
            self._handler.peers,
            decided.loaded.known,
            decided.writer.rows(),
            view=self._handler.view,
            kept=Kept(answers, accessed_by(decided.submissions, decided.outcomes)),
            condition=condition,
        )


def _outcome(submission: Submission, loaded: Loaded, writer: OutboxWriter, now: datetime) -> Outcome:
    """Execute one command in memory; a refusal changes nothing."""
    key, command = submission.idempotency_key, submission.command
    stored = None if key is None else loaded.answers.get(key.key)
    if stored is not None:
        return stored
    try:
        change = submission.decide(loaded, now)
        if isinstance(change, Refusal):
            return change
        answer = command.render(change)
        writer.say(change.says, submission.cause, now)
    except Exception as error:  # noqa: BLE001 - a blocked stream or a bug, of this command only
        return error
    loaded.take(change, command.needs.client)
    return CommandResult(change, answer)
