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
    "database": (
        "PostgreSQL immediate restart",
        "lock connection lost",
        "disk full",
        "database restored",
        "failover to an older copy",
    ),
    "brokers": (
        "kill -9 of a broker",
        "two brokers away",
        "rolling restart of the brokers",
        "all brokers away",
    ),
    "network": ("network cut", "network delay", "network half-open"),
    "strangers": ("duplicates", "reorders", "gaps", "poison storm", "large events behind a gap"),
    "administration": (
        "agency away",
        "mailboxes truncated",
        "mailboxes remade",
        "partitions added",
        "passwords changed",
    ),
    "clocks": ("clock steps",),
    "workers": ("other places",),
}
"""What runs beside what: faults of one lane wait for each other, lanes do not."""

LONG_FAULT, LONG_FAULT_SECONDS = "all brokers away for twelve minutes", 800.0
EVERY = tuple(fault for lane in LANES.values() for fault in lane)


@dataclass(frozen=True, slots=True)
class Step:
    """One fault, not before so many seconds after the beginning; `seed` says what it does in detail."""

    at_seconds: float
    fault: str
    seed: str


def mixed(
    seed: int, seconds: float, pause_seconds: float, without: Collection[str] = (), *, long: bool = False
) -> list[list[Step]]:
    """Draw a schedule in which the lanes run side by side, each with pauses around `pause_seconds`.

    A `long` one has the long fault once, after a quarter of its time.
    """
    lanes = {name: [fault for fault in faults if fault not in without] for name, faults in LANES.items()}
    drawn = {name: _lane(seed, name, faults, seconds, pause_seconds) for name, faults in lanes.items()}
    return [_with_the_long_one(*lane, seed, seconds) if long else lane[1] for lane in drawn.items()]


def _with_the_long_one(name: str, steps: list[Step], seed: int, seconds: float) -> list[Step]:
    """Put the long fault among those of the brokers, in the place of others; the network rests meanwhile."""
    begin, end = seconds / 4, seconds / 4 + LONG_FAULT_SECONDS
    if name not in ("brokers", "network"):
        return steps
    long = [Step(begin, LONG_FAULT, f"{seed} long")] if name == "brokers" else []
    before = [each for each in steps if each.at_seconds < begin]
    return [*before, *long, *(each for each in steps if each.at_seconds > end)]


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
