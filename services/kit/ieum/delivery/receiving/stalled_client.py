"""Replaces a client that has stopped reading without a word, though there is something to read."""

from collections.abc import Collection

import structlog

from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.receiving.start_retry import through_failures
from ieum.delivery.receiving.subscriber import Mailboxes
from ieum.delivery.recovering.mailbox_partitions import place_of
from ieum.delivery.running_consumer import ReadingEndedError, check_reading
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
        _log.error("mailbox.begun-anew", partitions=len(mine), cause=_cause(mailboxes))
        await mailboxes.replace_client()
        await through_failures(mailboxes.start)


def _cause(mailboxes: Mailboxes) -> str:
    """Say how aiokafka's reading task has ended, for nothing else tells of it."""
    try:
        check_reading(mailboxes.consumer)
    except ReadingEndedError as ended:
        return str(ended)
    return "it has not ended"
