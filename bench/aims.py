"""What was aimed at, beside what was measured."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from bench import results
from bench.cases import CASES
from bench.medians import Measured

THERE = {
    "floor": (22_191, 22_191),
    "naive": (217, 351),
    "outbox": (136, 136),
    "faust": (371, 541),
    "ieum": (1_836, 1_836),
    "ieum-together": (2_723, 2_723),
}
"""Round trips a second, least and most, on the machine for which the aims were set; of Ieum a prototype."""
BEFORE = """\
The aims were set on another machine, with a prototype of this design that had no parking, no refusing, no
asking again and no HTTP. Round trips a second there and here:
"""
AFTER = """\
Ieum, with all of that, is slower here by somewhat more than faust-streaming is; a handler and a transaction
per message hardly at all. Here its CPU times its rate is nearly all of two processors; there, where
everything else is so much cheaper, it must have waited instead. By so much the ratios to it are smaller
here.
"""
LATENCIES = {"100": (12, 30), "1000": (80, 150)}
TOKEN_PERCENT_MAX = 3
CHECKED, TRUSTED = "ieum-http", "ieum-http-trusted"
SERVICES = ("originator", "recipient")
BACKLOG_PER_SECOND, BACKLOG_MIB_MORE = 3_000, 100


def aims(cases: Mapping[str, Measured], folder: Path) -> str:
    """Give the section; rows for which nothing has been measured are left out."""
    rows = [*_ratios(cases), *_latencies(cases), *_token(cases), *_backlog(folder)]
    return "\n".join(
        [
            "## What was aimed at\n",
            "| | aim | measured |",
            "| --- | --- | --- |",
            *rows,
            "",
            BEFORE,
            "| | there | here | times |",
            "| --- | --- | --- | --- |",
            *_there_and_here(cases),
            "",
            AFTER,
        ]
    )


def _there_and_here(cases: Mapping[str, Measured]) -> Iterator[str]:
    for name, (least, most) in THERE.items():
        if name in cases and (here := cases[name].per_second().middle):
            there = f"{least:,}" if least == most else f"{least:,} to {most:,}"
            low, high = f"{least / here:.1f}", f"{most / here:.1f}"
            times = low if low == high else f"{low} to {high}"
            yield f"| {CASES[name].title} | {there} | {here:,.0f} | {times} |"


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


def token_share(cases: Mapping[str, Measured]) -> str | None:
    """Tell what the check of tokens takes of the services' CPU per round trip; None where one was not run."""
    if not all(name in cases and cases[name].saturations for name in (CHECKED, TRUSTED)):
        return None
    checked, trusted = (cases[name].cpu(*SERVICES).middle for name in (CHECKED, TRUSTED))
    if not checked:
        return None
    percent = 100 * (checked - trusted) / checked
    return f"{percent:.1f} %" if percent > 0 else "less than the noise"


def _token(cases: Mapping[str, Measured]) -> Iterator[str]:
    share = token_share(cases)
    if share is not None:
        aim = f"{TOKEN_PERCENT_MAX} % at most"
        yield f"| the check of a token, of the services' CPU behind the HTTP API | {aim} | {share} |"


def _backlog(folder: Path) -> Iterator[str]:
    found = results.read(results.BACKLOG, folder)
    if found is not None:
        more = found["memory_mib_max"] - found["memory_mib_idle"]
        yield f"| a backlog | {BACKLOG_PER_SECOND:,} events/s | {found['per_second']:,.0f} events/s |"
        yield f"| memory meanwhile, above idle | {BACKLOG_MIB_MORE} MiB | {more:,.0f} MiB |"
