"""Somebody watches the centre at work from a terminal.

An operator has no business with anybody's details. `ieum watch` tells from headers alone who says what to
whom, `ieum status` counts, and `ieum referral show` follows one referral at both its desks. A marked word
stands in what is sealed, and none of the three ever shows it.
"""

import json

import pytest

from ieum_lab.simulator.people import person
from ieum_lab.simulator.simulated_centre import SimulatedCentre
from tests.journeys.living import Living

pytestmark = pytest.mark.stack

MARK = "표시된말"


async def test_what_is_watched_is_told_in_words_and_holds_nothing_of_a_client(
    living: Living, simulated: SimulatedCentre
) -> None:
    form = person(
        "city-job-center", "job-fair", f"{simulated.mark}-w", centre=simulated.centre, why=MARK, name=MARK
    )
    handover = await simulated.refer("women-reemployment-center", form)
    await handover.is_served("attended")

    watched = await living.ieum("watch", "--from-start", "--limit", "4000", "--seconds", "15", "--json")
    shown = await living.ieum("referral", "show", str(handover.id))
    told = await living.ieum("referral", "show", str(handover.id), "--json")
    status = await living.ieum("status", "--json")

    events = [json.loads(line) for line in watched.stdout.splitlines()]
    mine = [event for event in events if event["key"] == str(handover.id)]
    assert (mine[0]["from"], mine[0]["to"]) == ("women-reemployment-center", "city-job-center")
    assert [event["type"] for event in mine if event["type"].startswith("referral.")][
        -1
    ] == "referral.closed.v1"
    assert {*json.loads(told.stdout)} == {"women-reemployment-center", "city-job-center"}
    assert "종결 closed" in shown.stdout
    assert all(agency["ready"] for agency in json.loads(status.stdout))
    for run in (watched, shown, told, status):
        assert run.returncode == 0, run.stderr
        assert MARK not in run.stdout + run.stderr


async def test_a_referral_that_nobody_knows_is_refused(living: Living) -> None:
    run = await living.ieum("referral", "show", "0197a2c4-5d11-7c62-9d0a-6a1f0c8e2b00")

    assert run.returncode == 4
    assert "Check the id." in run.stderr
