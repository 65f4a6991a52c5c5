"""What the machine spends: CPU by process, CPU that is none of ours, memory, and how fast it is just now."""

import hashlib
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

import psutil

CALIBRATION_ROUNDS = 60_000
CALIBRATION_BLOCK = b"x" * 1024
MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Spent:
    """What an interval cost: CPU-seconds by process, and the share of the machine that others took."""

    seconds: float
    cpu: Mapping[str, float]
    foreign: float


class Meter:
    """Measures an interval, from its making to `read`."""

    def __init__(self, pids: Mapping[str, int]) -> None:
        self._pids = pids
        self._begun = time.monotonic()
        self._busy = _busy_seconds()
        self._cpu = self._by_process()

    def read(self) -> Spent:
        """Tell what was spent since."""
        seconds = time.monotonic() - self._begun
        cpu = {name: now - self._cpu[name] for name, now in self._by_process().items()}
        foreign = (_busy_seconds() - self._busy - sum(cpu.values())) / (seconds * (os.cpu_count() or 1))
        return Spent(seconds, cpu, min(1.0, max(0.0, foreign)))

    def _by_process(self) -> dict[str, float]:
        own = {"bench": os.getpid()}
        return {name: cpu_seconds(pid) for name, pid in {**self._pids, **own}.items()}


def cpu_seconds(pid: int) -> float:
    """Sum up the CPU-seconds of a process and all that it started, those that have ended included."""
    total = 0.0
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        members = [process, *process.children(recursive=True)] if pid != os.getpid() else [process]
        for member in members:
            with suppress(psutil.NoSuchProcess):
                times = member.cpu_times()
                total += times.user + times.system
                if pid != os.getpid():
                    total += times.children_user + times.children_system
    return total


def memory_mib(pid: int) -> float:
    """Measure the memory of a process and its children; what they share is counted once."""
    total = 0
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        members = [process, *process.children(recursive=True)]
        for member in members:
            with suppress(psutil.NoSuchProcess):
                one = len(members) == 1
                total += member.memory_info().rss if one else member.memory_full_info().pss
    return total / MIB


def calibrate() -> float:
    """Tell how fast one core is just now, in thousand fixed rounds a second."""
    begun = time.perf_counter()
    digest = b""
    for _ in range(CALIBRATION_ROUNDS):
        digest = hashlib.sha256(CALIBRATION_BLOCK + digest).digest()
    return CALIBRATION_ROUNDS / (time.perf_counter() - begun) / 1000


def _busy_seconds() -> float:
    times = psutil.cpu_times()
    return float(times.user + times.nice + times.system + times.irq + times.softirq + times.steal)
