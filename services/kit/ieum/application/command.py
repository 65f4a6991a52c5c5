"""What the counter is given and what it gives back: an order, and what it comes to."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ieum.casework.values import Change
from ieum.delivery.sending.outbox import Cause
from ieum.storage.idempotency_rows import Answer, Ticket
from ieum.application.loading import Found, Needs


@dataclass(frozen=True, slots=True)
class Served:
    """What an order comes to: what changes, and the answer."""

    change: Change
    answer: Answer


@dataclass(frozen=True, slots=True)
class Order:
    """One thing ordered. `work` is pure: it gives back what is served, or raises why it is refused.

    The answer is kept under the ticket, and whoever orders with that ticket again gets it back.
    """

    needs: Needs
    work: Callable[[Found, datetime], Served]
    cause: Cause
    ticket: Ticket | None = None
