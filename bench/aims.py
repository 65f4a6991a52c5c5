"""What was aimed at, beside what was measured."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from bench import results
from bench.medians import Measured

AIMED_ON_FLOOR = 22_191
"""Round trips a second of the floor on the machine for which the aims in milliseconds and events were set."""
LATENCIES = {"100": (12, 30), "1000": (80, 150)}
BACKLOG_PER_SECOND, BACKLOG_MIB_MORE = 3_000, 100


def aims(cases: Mapping[str, Measured], folder: Path) -> str:
    """Give the section; rows for which nothing has been measured are left out."""
    rows = [*_ratios(cases), *_latencies(cases), *_backlog(folder)]
    floor = cases["floor"].per_second().middle if "floor" in cases else 0.0
    slower = f", {AIMED_ON_FLOOR / floor:.1f} times as many as here" if floor else ""
    return "\n".join(
        [
            "## What was aimed at\n",
            (
                "The ratios hold for any machine. The times and the rate of the backlog were set on one on "
                f"which the floor made {AIMED_ON_FLOOR:,} round trips a second{slower}.\n"
            ),
            "| | aim | measured |",
            "| --- | --- | --- |",
            *rows,
            "",
        ]
    )


def _ratios(cases: Mapping[str, Measured]) -> Iterator[str]:
    for ours, other, least, what in (
        ("ieum", "naive", 5, "a commit per referral, beside a handler and a transaction per message"),
        ("ieum", "faust", 3, "a commit per referral, beside faust-streaming"),
        ("ieum-together", "naive", 10, "shared commits, beside a handler and a transaction per message"),
    ):
        if ours in cases and other in cases and (value := cases[other].per_second().middle):
            ratio = cases[ours].per_second().middle / value
            yield f"| {what} | {least} times | {ratio:.1f} times |"


def _latencies(cases: Mapping[str, Measured]) -> Iterator[str]:
    for rate, (middle, most) in LATENCIES.items():
        if "ieum-together" in cases:
            case = cases["ieum-together"]
            times = [f"{case.latency(rate, name).middle:,.0f}" for name in ("p50", "p99")]
            measured = "cannot" if case.cannot(rate) else f"{' / '.join(times)} ms"
            yield f"| p50 / p99 at {int(rate):,} a second | {middle} / {most} ms | {measured} |"


def _backlog(folder: Path) -> Iterator[str]:
    found = results.read(results.BACKLOG, folder)
    if found is not None:
        more = found["memory_mib_max"] - found["memory_mib_idle"]
        yield f"| a backlog | {BACKLOG_PER_SECOND:,} events/s | {found['per_second']:,.0f} events/s |"
        yield f"| memory meanwhile, above idle | {BACKLOG_MIB_MORE} MiB | {more:,.0f} MiB |"
