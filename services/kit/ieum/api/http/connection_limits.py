"""Many connections at once: who waits for its client gives way, oldest first, and requests have a limit.

Health is asked for most when there is a crowd, so it is counted in none of the limits.
"""

from collections.abc import Collection, Iterable
from typing import Any, Protocol

from starlette.types import Scope

CONNECTIONS_MAX = 500
REQUESTS_MAX = 200
SWEEP_SECONDS = 0.5
HEALTH_PATHS = frozenset({"/health/live", "/health/ready"})

_WAITS = "ieum.waits"
CROWDED = "ieum.crowded"
"""Name in a request's scope that says that it has to be refused."""


class Connection(Protocol):
    """One connection, as far as a crowd of them is concerned."""

    since: float
    """When it began to wait for its client."""

    @property
    def waits_for_client(self) -> bool:
        """Whether it is the client's turn: a head, or the rest of a body, is not here yet."""
        ...

    @property
    def scope(self) -> Scope:
        """The request that it serves, or served last."""
        ...

    def sweep(self, now: float) -> None:
        """End when something has taken too long."""
        ...

    def end(self) -> None:
        """End at once."""
        ...


def wait_quietly(scope: Scope, *, waits: bool) -> None:
    """Say that a request only waits for news, and costs nothing meanwhile; or that it is over."""
    scope[_WAITS] = waits


def make_room(connections: Collection[Any]) -> Connection | None:
    """Choose who has to go when one more than the limit is here; None where there is room."""
    if len(connections) <= CONNECTIONS_MAX:
        return None
    waiting = [each for each in _ours(connections) if each.waits_for_client]
    return min(waiting, key=lambda each: each.since, default=None)


def is_crowded(scope: Scope, tasks: Collection[Any], connections: Collection[Any]) -> bool:
    """Say whether a request has to be refused because too many others are being served."""
    if len(tasks) < REQUESTS_MAX or scope["path"] in HEALTH_PATHS:
        return False
    served = sum(
        not each.waits_for_client and not each.scope.get(_WAITS, False) for each in _ours(connections)
    )
    return served >= REQUESTS_MAX


def sweep(connections: Collection[Any], now: float) -> None:
    """End what takes too long, of all connections."""
    for each in list(_ours(connections)):
        each.sweep(now)


def _ours(connections: Iterable[Any]) -> Iterable[Connection]:
    return connections
