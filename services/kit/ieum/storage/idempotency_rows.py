"""Answers that were given under an Idempotency-Key, kept in the transaction of the work that they tell of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Ticket:
    """Under which key some work is done once. `fingerprint` tells it from other work under the same key."""

    key: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it was given. `headers` are names and values in turn."""

    status: int
    headers: Sequence[str]
    body: bytes


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer with its ticket, as it is kept."""

    ticket: Ticket
    answer: Answer
    at: datetime

    def row(self) -> tuple[object, ...]:
        """Give it as the database keeps it (`answer_row`)."""
        return (
            self.ticket.key,
            self.ticket.fingerprint,
            self.answer.status,
            list(self.answer.headers),
            self.answer.body,
            self.at,
        )
