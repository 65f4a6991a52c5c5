"""What the counter is given and what it gives back: an order, and what it comes to."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ieum.application.loading import Loaded, Requirements
from ieum.casework.values import Change
from ieum.delivery.sending.outbox import Cause
from ieum.storage.idempotency_rows import IdempotencyKey, StoredResponse


@dataclass(frozen=True, slots=True)
class CommandResult:
    """What an order comes to: what changes, and the answer."""

    change: Change
    answer: StoredResponse


@dataclass(frozen=True, slots=True)
class Command:
    """One thing ordered. `work` is pure: it gives back what is served, or raises why it is refused.

    The answer is kept under the ticket, and whoever orders with that ticket again gets it back.
    """

    needs: Requirements
    work: Callable[[Loaded, datetime], CommandResult]
    cause: Cause
    idempotency_key: IdempotencyKey | None = None
