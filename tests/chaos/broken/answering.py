"""Broken answers: what callers are told, or may rely on, is not so."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from random import random
from typing import Any

from ieum.application.command import Submission
from ieum.application.group_commit import CommandBatcher
from ieum.casework import case_commands, receiving
from ieum.casework.values import Case, Change, Referral
from ieum.delivery.sending import feed_numbering
from ieum.delivery.streams import batch_write
from ieum.storage.database import lend
from tests.chaos.broken.patching import put, rewrite

ROLLED_BACK = 0.1
ANSWER_SECONDS_MAX = 0.4
"""How long an answer takes after its commit, so that a kill finds orders that are done and not answered."""


def rolled_back_and_answered() -> None:
    """Answer now and then though the transaction was not committed."""

    async def transact(self: CommandBatcher, submissions: Sequence[Submission], **_rest: Any) -> Any:
        async with lend(self._context.database) as connection:
            transaction = connection.transaction()
            await transaction.start()
            try:
                outcomes = await self._execution.execute(connection, submissions)
            except BaseException:
                await transaction.rollback()
                raise
            await (transaction.rollback() if random() < ROLLED_BACK else transaction.commit())
            return outcomes

    put(CommandBatcher, "_transact", transact)


def idempotency_key_off() -> None:
    """Do an order again when it is sent again."""
    serve_whole = CommandBatcher.serve

    async def serve(self: CommandBatcher, submission: Submission) -> Any:
        served = await serve_whole(self, replace(submission, idempotency_key=None))
        await asyncio.sleep(random() * ANSWER_SECONDS_MAX)
        return served

    put(CommandBatcher, "serve", serve)


def amendment_forgotten() -> None:
    """Say that an amendment is noted, and forget what it amends."""

    def forget(referral: Referral, _body: Any, _step: Any) -> Referral:
        return referral

    put(receiving, "with_news", forget)


def never_assessed() -> None:
    """Receive a referral and say nothing of what the client is entitled to."""

    def unassessed(change: Change, _view: Any) -> Change:
        return change

    put(receiving, "assessed", unassessed)


def case_left_open() -> None:
    """Say that a case is closed, and leave it open."""
    closed_whole = case_commands._closed

    def closed(case: Case, *rest: Any) -> tuple[Case, Any]:
        _, says = closed_whole(case, *rest)
        return case, says

    put(case_commands, "_closed", closed)


def feed_in_any_order() -> None:
    """Give the feed its numbers in any order."""
    rewrite(
        feed_numbering,
        "_NUMBER",
        "where number is null and id > $2 order by id limit $1) as places",
        "where number is null and id > $2 order by random() limit $1) as places",
    )


def feed_numbered_before_commit() -> None:
    """Give an entry of the feed its number when it is written: readers pass over what commits later."""
    rewrite(
        batch_write,
        "_ENTER",
        "insert into feed (key, peer, family, said, sequence)\n    select key, peer, family, said, sequence",
        "insert into feed (key, peer, family, said, sequence, number)\n    select key, peer, family, said, "
        "sequence, nextval(pg_get_serial_sequence('feed', 'id'))",
    )
