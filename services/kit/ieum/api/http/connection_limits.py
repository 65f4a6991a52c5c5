"""Connection and request limits: at the limit the connection that is idle longest is closed.

Health and metrics are asked for most under overload, so they are not counted in any limit.
"""

from collections.abc import Collection, Iterable
from typing import Any, Protocol

from starlette.types import Scope

CONNECTIONS_MAX = 500
REQUESTS_MAX = 200
SWEEP_SECONDS = 0.5
HEALTH_PATHS, METRICS_PATH = frozenset({"/health/live", "/health/ready"}), "/metrics"
UNCOUNTED_PATHS = HEALTH_PATHS | {METRICS_PATH}

_WAITS = "ieum.waits"
OVERLOADED = "ieum.overloaded"
"""The key in a request's scope that marks it to be refused."""


class Connection(Protocol):
    """One connection, as the limits see it."""

    since: float
    """When it began to wait for its client."""

    @property
    def waits_for_client(self) -> bool:
        """Whether it waits for the client: a head, or the rest of a body, has not arrived yet."""
        ...

    @property
    def scope(self) -> Scope:
        """The request that it serves or served last."""
        ...

    def sweep(self, now: float) -> None:
        """Close when something has taken too long."""
        ...

    def end(self) -> None:
        """Close at once."""
        ...


def mark_waiting(scope: Scope, *, waits: bool) -> None:
    """Mark whether a request only waits for events, and so is not counted."""
    scope[_WAITS] = waits


def connection_to_close(connections: Collection[Any]) -> Connection | None:
    """Choose the connection to close when there are more than the limit; None below it."""
    if len(connections) <= CONNECTIONS_MAX:
        return None
    waiting = [each for each in _ours(connections) if each.waits_for_client]
    return min(waiting, key=lambda each: each.since, default=None)


def is_overloaded(scope: Scope, tasks: Collection[Any], connections: Collection[Any]) -> bool:
    """Say whether a request has to be refused because too many others are being served."""
    if len(tasks) < REQUESTS_MAX or scope["path"] in UNCOUNTED_PATHS:
        return False
    served = sum(
        not each.waits_for_client and not each.scope.get(_WAITS, False) for each in _ours(connections)
    )
    return served >= REQUESTS_MAX


def sweep(connections: Collection[Any], now: float) -> None:
    """Close every connection that takes too long."""
    for each in list(_ours(connections)):
        each.sweep(now)


def _ours(connections: Iterable[Any]) -> Iterable[Connection]:
    return connections
