"""How many calls a second: per subject, and wrong tokens and signature checks per address."""

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

KEYS_MAX = 10_000
"""Subjects or addresses that one limit remembers; beyond them the one unseen for longest is forgotten."""
NETWORK_BITS = 64
"""Of an IPv6 address: whoever has one has all addresses of such a network."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many a second in the long run, and so many at once."""

    per_second: float
    at_once: int


class RateLimit:
    """Counts takes by key. `real` returns monotonic seconds."""

    def __init__(self, rate: Rate, real: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._real = real
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str) -> float:
        """Take one: 0 when it is granted, else the seconds until the next one is."""
        now = self._real()
        left = self._now(key, now)
        self._left[key] = (left - 1 if left >= 1 else left, now)
        self._left.move_to_end(key)
        if len(self._left) > KEYS_MAX:
            self._left.popitem(last=False)
        return 0.0 if left >= 1 else (1 - left) / self._rate.per_second

    def wait(self, key: str) -> float:
        """Return the seconds until the next one would be granted, and take nothing."""
        left = self._now(key, self._real())
        return 0.0 if left >= 1 else (1 - left) / self._rate.per_second

    def __len__(self) -> int:
        """Count the keys that are remembered."""
        return len(self._left)

    def _now(self, key: str, now: float) -> float:
        left, at = self._left.get(key, (float(self._rate.at_once), now))
        return min(float(self._rate.at_once), left + (now - at) * self._rate.per_second)


def network_of(address: str) -> str:
    """Return the key of an address: itself, or of IPv6 its network."""
    if ":" not in address:
        return address
    try:
        return str(ipaddress.ip_network((address.partition("%")[0], NETWORK_BITS), strict=False))
    except ValueError:
        return address
