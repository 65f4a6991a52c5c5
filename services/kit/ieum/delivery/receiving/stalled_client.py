"""Replaces a client that has stopped reading without a word, though there is something to read."""

# ruff: noqa: SLF001 - aiokafka has no other way to its reading task

import asyncio
import traceback
from collections.abc import Collection
from pathlib import Path
from typing import Any

import structlog

from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.receiving.start_retry import through_failures
from ieum.delivery.receiving.subscriber import Mailboxes
from ieum.delivery.recovering.mailbox_partitions import place_of
from ieum.delivery.streams.positions import Partition

_log = structlog.get_logger(__name__)


async def replace_if_stalled(
    context: DeliveryContext, mailboxes: Mailboxes, still: Collection[Partition], now: float
) -> None:
    """Read with a new client where the present one gives nothing, though records wait for it.

    `still` are the partitions that do not advance. Raises Transient when there is no client yet.
    """
    mine = {place_of(context, each) for each in mailboxes.consumer.assignment()}
    if mine & {*still} and mailboxes.idleness.is_over(context.limits.stalled_seconds, now):
        fetcher: Any = mailboxes.consumer._fetcher
        _log.error("mailbox.begun-anew", partitions=len(mine), cause=_end_of(fetcher._fetch_task))
        if fetcher._fetch_task.done():  # what it ended with would come out of closing, which would end there
            fetcher._fetch_task = asyncio.create_task(asyncio.sleep(0))
        await mailboxes.replace_client()
        await through_failures(mailboxes.start)


def _end_of(task: "asyncio.Task[None]") -> str:
    """Say how aiokafka's reading task has ended: which error, and where, for nothing else tells of it."""
    if not task.done():
        return "it has not ended"
    error = None if task.cancelled() else task.exception()
    if error is None:
        return "it has ended"
    error = error.__cause__ or error
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(place.filename).name}:{place.lineno}"
