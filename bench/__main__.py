"""The benchmarks' command line: what is measured, on which servers, and where its results are kept."""

import argparse
import asyncio
import json
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import (
    assessments,
    backlog,
    centres,
    console,
    due,
    isolation,
    projection,
    report,
    results,
    size,
    take_over,
)
from bench.breaking import BREAKS
from bench.cases import CASES, OURS, PEERS, PEERS_PYTHON
from bench.measuring import Plan
from bench.side_by_side import Series, side_by_side
from ieum_lab.embedded.signals import unwinding
from ieum_lab.embedded.stack import Stack
from ieum_lab.testing.centre import Template, make_template
from ieum_lab.testing.runs import new_run_folder

QUICK = Plan(warm_seconds=1.0, saturated_seconds=3.0, rate_seconds=2.0, rates=(100,))
USAGE, FAILED = 2, 1
ASSESSMENTS = "assessments"
"""Needs no servers, and comes first of what `make bench` measures."""


def main() -> int:
    """Measure what is asked for and keep the results; without arguments: all cases that need no peers."""
    arguments = _parser().parse_args()
    if arguments.what == "report":
        report.write_report(arguments.results)
        return 0
    found = results.header(f"python -m bench {shlex.join(sys.argv[1:])}")
    if arguments.what in {ASSESSMENTS, results.SIDE_BY_SIDE}:
        found[ASSESSMENTS] = assessments.measure()
        results.tell(assessments.sentence(found[ASSESSMENTS]))
    if arguments.what == ASSESSMENTS:
        results.write(ASSESSMENTS, found, arguments.results)
        return 0

    def keep(found: dict[str, Any]) -> None:
        results.write(arguments.what, found, arguments.results)

    work = WORKS[arguments.what](arguments)
    if work is None:
        return USAGE
    with unwinding(), running_stack() as (stack, template):
        work(stack, template, found, keep)
    if arguments.json:
        sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")
    if arguments.results == results.FOLDER:
        report.write_report(arguments.results)
    return FAILED if any("failed" in run for run in found.get("runs", ())) else 0


@contextmanager
def running_stack() -> Iterator[tuple[Stack, Template]]:
    """Run a broker and a database that wait for the disk as they would in earnest, for the whole series."""
    stack = Stack(new_run_folder())
    stack.start()
    try:
        yield stack, asyncio.run(make_template(stack))
    finally:
        stack.discard()


Work = Callable[[Stack, Template, dict[str, Any], Callable[[dict[str, Any]], None]], None]


def _side_by_side(arguments: argparse.Namespace) -> Work | None:
    cases = arguments.cases.split(",") if arguments.cases else _all_cases(peers=arguments.peers)
    unknown = [name for name in cases if name not in CASES]
    if unknown:
        results.tell(f"There is no case {', '.join(unknown)}; the cases are {', '.join(CASES)}.")
        return None
    if any(name in PEERS for name in cases) and not PEERS_PYTHON.exists():
        results.tell("The peers are not installed; run `make bench-peers`, which installs them first.")
        return None
    seconds = arguments.seconds
    series = Series(
        cases,
        repetitions=1 if arguments.quick else arguments.repetitions,
        attempts=1 if arguments.quick else arguments.attempts,
        foreign_max=arguments.foreign_max,
        plan=QUICK if arguments.quick else Plan(saturated_seconds=seconds, rate_seconds=seconds),
    )
    return lambda stack, template, found, keep: side_by_side(stack, template, series, found, keep)


def _all_cases(*, peers: bool) -> list[str]:
    return [name for name in CASES if peers or name not in PEERS]


Measure = Callable[[Stack, Template, int, dict[str, Any], Callable[[dict[str, Any]], None]], None]


def _sized(measure: Measure, quick: int, argument: str) -> Callable[[argparse.Namespace], Work]:
    """Measure with the size that an argument names, or with one that takes seconds."""

    def work(arguments: argparse.Namespace) -> Work:
        number = quick if arguments.quick else getattr(arguments, argument)
        return lambda stack, template, found, keep: measure(stack, template, number, found, keep)

    return work


def _console(arguments: argparse.Namespace) -> Work:
    referrals = 2_000 if arguments.quick else arguments.referrals
    events = 2_000 if arguments.quick else arguments.events
    return lambda stack, _template, found, keep: console.measure(stack, referrals, events, found, keep)


def _isolation(arguments: argparse.Namespace) -> Work | None:
    quick, ways = arguments.quick, [each for each in BREAKS if arguments.way in each.name]
    if not ways:
        results.tell(f"There is no such way; the ways are: {'; '.join(each.name for each in BREAKS)}.")
        return None
    return lambda stack, template, found, keep: isolation.measure(
        stack, template, found, keep, quick=quick, ways=ways
    )


WORKS: dict[str, Callable[[argparse.Namespace], Work | None]] = {
    results.SIDE_BY_SIDE: _side_by_side,
    results.BACKLOG: _sized(backlog.drain, 5_000, "events"),
    results.TAKE_OVER: _sized(take_over.measure, 1, "repetitions"),
    results.CENTRES: _sized(centres.grow, 2, "to"),
    results.DUE: _sized(due.measure, 1_000, "events"),
    results.CONSOLE: _console,
    results.PROJECTION: _sized(projection.measure, 10_000, "events"),
    results.SIZE: _sized(size.measure, 10_000, "events"),
    results.ISOLATION: _isolation,
}


CHOICES = (*WORKS, ASSESSMENTS, "report")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("what", choices=CHOICES, nargs="?", default=results.SIDE_BY_SIDE)
    parser.add_argument(
        "--quick", action="store_true", help="seconds instead of minutes; shows that it works"
    )
    parser.add_argument("--json", action="store_true", help="results on standard output too")
    parser.add_argument("--results", type=Path, default=results.FOLDER, help="folder of the results files")
    parser.add_argument("--cases", help=f"some of: {','.join(CASES)} (ours: {','.join(OURS)})")
    parser.add_argument("--peers", action="store_true", help="the peers too")
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=10.0, help="length of every measured part")
    parser.add_argument("--attempts", type=int, default=3, help="how often a disturbed run is made again")
    parser.add_argument(
        "--foreign-max", type=float, default=0.12, help="share of the machine others may take"
    )
    parser.add_argument(
        "--events",
        type=int,
        default=100_000,
        help="length of the backlog; clocks due; records of the console",
    )
    parser.add_argument("--referrals", type=int, default=1_000_000, help="referrals of the console")
    parser.add_argument(
        "--way", default="", help="isolation: only the ways of breaking with this in their name"
    )
    parser.add_argument("--to", type=int, default=5, help="number of centres to grow to")
    return parser


if __name__ == "__main__":
    sys.exit(main())
