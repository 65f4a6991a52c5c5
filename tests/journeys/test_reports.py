"""A planner asks what could not be had.

Seven people were referred from the employment center to the city's welfare team for housing, and the team had
nothing to give: six times for want of funds, once because the person lived elsewhere. The planner runs one
command at each of the two agencies and sees the six, in fives while the month goes on; that there is one more
kind she sees too, but not how often. She opens the table in her spreadsheet, and asks how long answers took.
"""

import csv
import json
from io import StringIO

import pytest

from ieum_contracts.address import Address
from ieum_lab.simulator.people import facts, person
from ieum_lab.simulator.simulated_centre import SimulatedCentre
from tests.journeys.living import Living

pytestmark = pytest.mark.stack
EMPLOYMENT, WELFARE = "employment-center", "city-welfare-team"


async def _ask_for_housing(centre: SimulatedCentre, number: int) -> None:
    form = person(
        WELFARE,
        "housing",
        f"{centre.mark}-R{number}",
        centre=centre.centre,
        why="월세를 낼 수 없습니다.",
        circumstances=facts(household_size=1),
        needs=["housing-rent"],
        goals=["housing-secured"],
    )
    referral = await centre.refer(EMPLOYMENT, form)
    await referral.decides("declined", reason="out-of-area" if number == 0 else "funds-exhausted")
    await referral.is_settled("declined")


async def test_a_planner_sees_what_could_not_be_had_and_nobody_in_it(
    living: Living, simulated: SimulatedCentre
) -> None:
    for number in range(7):
        await _ask_for_housing(simulated, number)

    for agency, role in ((WELFARE, "recipient"), (EMPLOYMENT, "sender")):
        shown = await living.ieum("report", "gaps", agency, "--csv")
        assert shown.returncode == 0, shown.stderr
        rows = [row for row in csv.DictReader(StringIO(shown.stdout)) if row["programme"] == "housing"]
        counts = {row["reason"]: row["count"] for row in rows if row["role"] == role}
        assert {"funds-exhausted", "out-of-area"} <= counts.keys(), agency  # others may ask for housing too
        assert int(counts["funds-exhausted"]) >= 5, agency
        assert all(int(count or 0) % 5 == 0 for count in counts.values()), counts
        assert simulated.mark not in shown.stdout

    answered = await living.ieum("report", "flow", WELFARE, "--json")
    edges = json.loads(answered.stdout)["edges"]
    (edge,) = [each for each in edges if each["sender"] == str(Address(simulated.centre, EMPLOYMENT))]
    assert edge["decision"]["asked_at_least"] >= 5
    assert edge["decision"]["p50_minutes"] <= edge["decision"]["p90_minutes"] <= 5

    wrong = await living.ieum("report", "gaps", WELFARE, "--from", "2099-01")
    assert wrong.returncode == 4
    assert "from: The month has not begun." in wrong.stderr
    people = await living.ieum("report", "gaps", WELFARE)
    assert "1 to 4" in people.stdout
    assert "suppressed:" in people.stderr
