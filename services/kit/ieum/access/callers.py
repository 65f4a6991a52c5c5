"""Who calls: a person or a system, named by the issuer, with the roles that hold at this agency."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What somebody is, at one agency or for the whole centre."""

    CASE_WORKER = "case-worker"
    SUPERVISOR = "supervisor"
    SYSTEM = "system"
    OPERATOR = "operator"
    AUDITOR = "auditor"


DESK = frozenset({Role.CASE_WORKER, Role.SUPERVISOR, Role.SYSTEM})
"""Roles at one agency: they hold only where the token's `agency` is that one."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody whose token was verified. `expires` is in seconds since 1970."""

    subject: str
    roles: frozenset[Role]
    expires: float
    key: str
    """The `kid` of the key that signed the token."""
    name: str | None = None


class AuthenticationError(Exception):
    """The token is missing or refused; `reason` is a code for the log, and never holds the token."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class KeysUnreadError(Exception):
    """The issuer's keys cannot be read: whether the token is good is not known now."""


class RateLimitError(Exception):
    """Too many calls of one subject, or too many wrong tokens from one address."""

    def __init__(self, seconds: float, whose: str) -> None:
        super().__init__(whose)
        self.seconds = seconds
        self.whose = whose
