"""Commands by one or two statements that commit by themselves, without a lock.

This is optimistic concurrency control, as for batches of few events. A new referral is decided as if nothing
stood against it, and written on that condition. What changes a referral is read by one statement, and
written if the versions of the rows are still those that were read.
"""

from collections.abc import Sequence

from asyncpg import Connection

from ieum.application.command import CommandResult, Submission
from ieum.application.execution import Execution, Outcome
from ieum.application.loading import Loaded, know_peers
from ieum.application.looking_back import nothing_stands_against
from ieum.casework.refusals import Refusal
from ieum.delivery.streams.batch_write import Condition
from ieum.delivery.streams.stream import Streams, streams_from
from ieum.delivery.streams.unlocked_streams import read_statement, unchanged
from ieum.storage import unlocked_rows

_ANSWERED = """
    exists (
        select from unnest($2::text[]) as i (key)
        cross join lateral (select from idempotency where key = i.key limit 1) k
    ) as answered
"""
_READ = read_statement(unlocked_rows.EVERY, (_ANSWERED, unlocked_rows.COLUMNS), unlocked_rows.VERSIONS)
_UNCHANGED = f"select {unchanged(unlocked_rows.VERSIONS, expected=2)}"


async def execute_without_lock(
    connection: Connection, execution: Execution, submissions: Sequence[Submission]
) -> list[Outcome] | None:
    """Execute commands outside a transaction; None, and nothing done, where locks are needed."""
    needs = [each.command.needs for each in submissions]
    if all(each.only_new for each in needs):
        return await _create(connection, execution, submissions)
    if all(each.only_referral for each in needs):
        return await _change(connection, execution, submissions)
    return None


async def _create(
    connection: Connection, execution: Execution, submissions: Sequence[Submission]
) -> list[Outcome] | None:
    """Refer clients as if nothing stood against it, on the condition that it is so."""
    needs, peers = [each.command.needs for each in submissions], execution.peers
    await know_peers(connection, peers, needs)
    keys = [each.idempotency_key for each in submissions]
    condition = nothing_stands_against(peers, [each.client for each in needs], keys)
    writer = execution.open_unlocked(Streams(()))
    if writer is None:
        return None
    decided = execution.decide(submissions, Loaded(), writer)
    if not all(isinstance(outcome, CommandResult) for outcome in decided.outcomes):
        return None
    return decided.outcomes if await execution.write(connection, decided, condition) else None


async def _change(
    connection: Connection, execution: Execution, submissions: Sequence[Submission]
) -> list[Outcome] | None:
    """Change referrals, on the condition that nothing that was read has changed meanwhile."""
    needs = [each.command.needs for each in submissions]
    ids = sorted({each.referral for each in needs if each.referral is not None})
    keys = [each.idempotency_key.key for each in submissions if each.idempotency_key is not None]
    [found] = await connection.fetch(_READ, ids, keys)
    if found["held"] or found["answered"]:
        return None
    known = await unlocked_rows.known_of(connection, execution.peers, found, ids)
    writer = execution.open_unlocked(streams_from(found["streams"]))
    if writer is None or known is None:
        return None
    decided = execution.decide(submissions, Loaded(known), writer)
    if not all(isinstance(outcome, CommandResult | Refusal) for outcome in decided.outcomes):
        return None
    if not decided.changes:
        return decided.outcomes
    condition = Condition(_UNCHANGED, (found["ids"], found["versions"]))
    return decided.outcomes if await execution.write(connection, decided, condition) else None
