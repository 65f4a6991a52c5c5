"""The cases side by side: interleaved repetitions, one broker and database, fresh services for every run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bench import results
from bench.aims import token_share
from bench.cases import CASES, opened
from bench.child import ChildError
from bench.measuring import Plan, measure
from bench.medians import by_case
from ieum_lab.embedded.errors import StackError
from ieum_lab.embedded.stack import Stack
from ieum_lab.testing.centre import Template

Keep = Callable[[dict[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Series:
    """Which cases, how often, and how much of the machine others may take before a run is made again."""

    cases: Sequence[str]
    repetitions: int = 3
    attempts: int = 3
    foreign_max: float = 0.12
    plan: Plan = Plan()  # noqa: RUF009 - frozen


def side_by_side(stack: Stack, template: Template, series: Series, found: dict[str, Any], keep: Keep) -> None:
    """Measure a series and keep what was found after every run."""
    found.update(foreign_max=series.foreign_max, runs=[])
    for repetition in range(series.repetitions):
        turn = repetition % len(series.cases)
        for name in (*series.cases[turn:], *series.cases[:turn]):
            for attempt in range(1, series.attempts + 1):
                run = _one(stack, template, name, series.plan)
                run = {"case": name, "repetition": repetition + 1, "attempt": attempt, **run}
                found["runs"].append(run)
                keep(found)
                _tell(run, series)
                if "failed" not in run and run["foreign"] <= series.foreign_max:
                    break
    share = token_share(by_case(found))
    if share is not None:
        results.tell(f"The check of a token, of the services' CPU behind the HTTP API: {share}.")


def _one(stack: Stack, template: Template, name: str, plan: Plan) -> dict[str, Any]:
    try:
        with opened(name, stack, template) as run:
            return measure(run, plan)
    except (ChildError, StackError, TimeoutError) as error:
        return {"failed": str(error)[-2000:]}


def _tell(run: dict[str, Any], series: Series) -> None:
    title = f"{CASES[run['case']].title} ({run['repetition']}/{series.repetitions})"
    if "failed" in run:
        results.tell(f"{title}: failed. {run['failed']}")
        return
    disturbed = run["foreign"] > series.foreign_max
    note = f", disturbed: others took {run['foreign']:.0%} of the machine" if disturbed else ""
    results.tell(f"{title}: {run['saturation']['per_second']:,.0f} round trips/s{note}")
