"""Answers that were given under an Idempotency-Key, kept in the transaction of the work that they tell of."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """Under which key some work is done once. `fingerprint` tells it from other work under the same key."""

    key: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """An answer as it was given. `headers` are names and values in turn."""

    status: int
    headers: Sequence[str]
    body: bytes


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer with its ticket, as it is kept; since when, the database says."""

    idempotency_key: IdempotencyKey
    answer: StoredResponse

    def row(self) -> tuple[object, ...]:
        """Give it as the database keeps it (`answer_row`)."""
        return (
            self.idempotency_key.key,
            self.idempotency_key.fingerprint,
            self.answer.status,
            list(self.answer.headers),
            self.answer.body,
            None,
        )
