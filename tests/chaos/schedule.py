"""The schedule of faults that a seed stands for: lanes in which one fault follows the other."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from random import Random

LANES: dict[str, tuple[str, ...]] = {
    "instances": (
        "kill -9 of an instance",
        "kill -9 of the relay's owner",
        "SIGSTOP of an instance",
        "SIGSTOP of the relay's owner",
        "rolling restart of the agencies",
        "rebalance churn",
    ),
    "database": ("PostgreSQL immediate restart", "lock connection lost", "disk full"),
    "brokers": (
        "kill -9 of a broker",
        "two brokers away",
        "rolling restart of the brokers",
        "all brokers away",
    ),
    "network": ("network cut", "network delay", "network half-open"),
    "strangers": ("duplicates", "reorders", "gaps", "poison storm"),
    "administration": ("agency away", "mailboxes truncated", "partitions added", "passwords changed"),
    "workers": ("other places",),
}
"""What runs beside what: faults of one lane wait for each other, lanes do not."""

EVERY = tuple(fault for lane in LANES.values() for fault in lane)


@dataclass(frozen=True, slots=True)
class Step:
    """One fault, not before so many seconds after the beginning; `seed` says what it does in detail."""

    at_seconds: float
    fault: str
    seed: str


def mixed(seed: int, seconds: float, pause_seconds: float, without: Collection[str] = ()) -> list[list[Step]]:
    """Draw a schedule in which the lanes run side by side, each with pauses around `pause_seconds`."""
    lanes = {name: [fault for fault in faults if fault not in without] for name, faults in LANES.items()}
    return [_lane(seed, name, faults, seconds, pause_seconds) for name, faults in lanes.items()]


def alone(seed: int, faults: Sequence[str] = EVERY) -> list[list[Step]]:
    """Schedule faults one after the other, each when the one before is healed."""
    return [[Step(0, fault, f"{seed} alone {number} {fault}") for number, fault in enumerate(faults)]]


def _lane(seed: int, name: str, faults: Sequence[str], seconds: float, pause_seconds: float) -> list[Step]:
    random = Random(f"{seed} {name}")
    steps: list[Step] = []
    at = random.uniform(0, pause_seconds)
    while at < seconds:
        steps.append(Step(at, random.choice(faults), f"{seed} {name} {len(steps)}"))
        at += random.uniform(0.5, 1.5) * pause_seconds
    return steps
