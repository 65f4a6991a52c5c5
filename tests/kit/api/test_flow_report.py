"""Times to answer agree with an independent computation over random courses, and tell nothing of a few."""

import math
from datetime import datetime, timedelta, timezone

import pytest

from ieum_lab.embedded.stack import Stack
from ieum_lab.simulator.chance import seeded
from ieum_lab.testing.centre import Template
from tests.kit.api.reported import NOW, Course, courses, months_before, opened, report, table, write

pytestmark = pytest.mark.stack
SEOUL = timezone(timedelta(hours=9))
DECISIONS = {"info-requested", "waitlisted", "accepted", "declined", "redirected"}


def _first_of(name: str) -> datetime:
    return datetime.fromisoformat(f"{name}-01").replace(tzinfo=SEOUL)


def _waits(course: Course, wanted: set[str]) -> float | None:
    """Return after how many minutes one of these came; infinite while it is waited for; None: not counted."""
    if course.reason == "consent-invalid":
        return None
    came = [minutes for decision, minutes in course.decisions if decision in wanted]
    if came:
        return min(came)
    ended = course.state in {"declined", "cancelled"}
    silent = course.reason == "recipient-silent" or course.ended_here == "abandoned"
    return math.inf if silent or not ended else None


def _nearest_rank(waits: list[float], share: float) -> int | None:
    found = sorted(waits)[math.ceil(share * len(waits)) - 1]
    return None if math.isinf(found) else math.ceil(round(found, 6))


def _expected(made: list[Course], wanted: set[str]) -> dict[str, object]:
    waits = [each for each in (_waits(course, wanted) for course in made) if each is not None]
    if len(waits) < 5:
        return {"suppressed": True}
    shown = {
        "asked_at_least": len(waits) // 5 * 5,
        "p50_minutes": _nearest_rank(waits, 0.5),
        "p90_minutes": _nearest_rank(waits, 0.9),
        "suppressed": False,
    }
    return {name: value for name, value in shown.items() if value is not None}


async def test_percentiles_agree_with_another_computation(stack: Stack, database_template: Template) -> None:
    chance = seeded(8)
    months = {months_before(NOW, back): count for back, count in enumerate((60, 9, 41, 4), 1)}
    async with opened(stack, database_template) as two:
        made = {month: courses(chance, _first_of(month), count) for month, count in months.items()}
        for each in made.values():
            await write(two.sender, each, recipient=False)
            await write(two.recipient, each, recipient=True)
        for api in (two.sender, two.recipient):
            found = await report(api, "flow")
            assert [edge["month"] for edge in found["edges"]] == sorted(months)
            for edge in found["edges"]:
                assert (edge["sender"], edge["recipient"]) == (str(two.sender.me), str(two.recipient.me))
                assert edge["decision"] == _expected(made[edge["month"]], DECISIONS), edge["month"]
                assert edge["acceptance"] == _expected(made[edge["month"]], {"accepted"}), edge["month"]
            assert not any("mean" in str(each).lower() or "average" in str(each).lower() for each in found)
        by_csv = (await two.sender.http.get("/v1/reports/flow", params={"format": "csv"})).text
        rows = table(by_csv)
        assert len(rows) == 2 * len(months)
        assert {row["asked_at_least"] for row in rows if row["suppressed"] == "yes"} == {""}


async def test_who_is_silent_does_not_look_quick(stack: Stack, database_template: Template) -> None:
    """Nine of ten are never answered: the one quick answer is not the median."""
    month = months_before(NOW, 1)
    asked_at = _first_of(month) + timedelta(days=2)
    silent = [Course(asked_at, (("received", 0.1),), "received")] * 9
    answered = [Course(asked_at, (("received", 0.1), ("accepted", 5.0)), "accepted")]
    async with opened(stack, database_template) as two:
        await write(two.sender, silent + answered, recipient=False)
        (edge,) = (await report(two.sender, "flow", **{"from": month, "to": month}))["edges"]
        assert edge["decision"] == {"asked_at_least": 10, "suppressed": False}
        assert edge["complete"] is True
