"""Executes commands on one connection: loads what they need, decides each, writes all at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from asyncpg import Connection

from ieum.application.command import CommandResult, Submission, accessed_by
from ieum.application.event_handler import EventHandler
from ieum.application.flush import Kept, flush
from ieum.application.loading import Loaded, load
from ieum.casework.refusals import Refusal
from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.sending.outbox import Outbox, OutboxWriter
from ieum.delivery.streams.batch_write import Condition
from ieum.delivery.streams.peers import Peers
from ieum.delivery.streams.stream import Streams
from ieum.storage.idempotency_rows import StoredAnswer

Outcome = CommandResult | Refusal | StoredAnswer | Exception


@dataclass(frozen=True, slots=True)
class Decided:
    """Commands with their outcomes, and what has to be written for them."""

    submissions: Sequence[Submission]
    outcomes: list[Outcome]
    loaded: Loaded
    writer: OutboxWriter

    @property
    def changes(self) -> bool:
        """Whether one of them changes something."""
        return any(isinstance(outcome, CommandResult) for outcome in self.outcomes)


class Execution:
    """Executes commands; the caller has opened a transaction if one of them locks something."""

    def __init__(self, context: DeliveryContext, handler: EventHandler, outbox: Outbox) -> None:
        self._context = context
        self._handler = handler
        self._outbox = outbox

    @property
    def peers(self) -> Peers:
        """The agencies with which this one exchanges events."""
        return self._handler.peers

    async def execute(self, connection: Connection, submissions: Sequence[Submission]) -> list[Outcome]:
        """Execute commands and write what they change; returns the outcome of each, in their order."""
        needs = [each.command.needs for each in submissions]
        keys = [each.idempotency_key for each in submissions]
        loaded = await load(connection, self.peers, needs, keys)
        decided = self.decide(submissions, loaded, await self.open(connection, loaded))
        if decided.changes:
            await self.write(connection, decided)
        return decided.outcomes

    async def open(self, connection: Connection, loaded: Loaded) -> OutboxWriter:
        """Lock the streams of what was loaded, so that something may be said on them."""
        return await self._outbox.open(connection, {*loaded.known.referrals, *loaded.known.cases})

    def open_unlocked(self, streams: Streams) -> OutboxWriter | None:
        """Return a writer to streams that are not locked; None while their numbers may be in question."""
        return self._outbox.open_unlocked(streams)

    def decide(self, submissions: Sequence[Submission], loaded: Loaded, writer: OutboxWriter) -> Decided:
        """Decide commands in memory, one after another."""
        now = self._context.now()
        outcomes = [_outcome(each, loaded, writer, now) for each in submissions]
        return Decided(submissions, outcomes, loaded, writer)

    async def write(
        self, connection: Connection, decided: Decided, condition: Condition | None = None
    ) -> bool:
        """Write what commands change, on a condition or without one; returns whether it was written."""
        answers = [
            StoredAnswer(each.idempotency_key, outcome.answer)
            for each, outcome in zip(decided.submissions, decided.outcomes, strict=True)
            if each.idempotency_key is not None and isinstance(outcome, CommandResult)
        ]
        return await flush(
            connection,
            self.peers,
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
