"""Answers given under an Idempotency-Key, stored in the transaction of their work."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """The key under which work is done once. `fingerprint` shows whether other work uses the same key."""

    key: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """An answer as it was given. `headers` alternates names and values."""

    status: int
    headers: Sequence[str]
    body: bytes


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer with its idempotency key, as it is stored; the database adds the time."""

    idempotency_key: IdempotencyKey
    answer: StoredResponse

    def row(self) -> tuple[object, ...]:
        """Return it as a database row (`answer_row`)."""
        return (
            self.idempotency_key.key,
            self.idempotency_key.fingerprint,
            self.answer.status,
            list(self.answer.headers),
            self.answer.body,
            None,
        )
