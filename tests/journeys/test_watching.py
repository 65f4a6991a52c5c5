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
SENDER, RECIPIENT = "women-reemployment-center", "city-job-center"


async def test_what_is_watched_is_told_in_words_and_holds_nothing_of_a_client(
    living: Living, simulated: SimulatedCentre
) -> None:
    form = person(RECIPIENT, "job-fair", f"{simulated.mark}-w", centre=simulated.centre, why=MARK, name=MARK)
    handover = await simulated.refer(SENDER, form)
    await handover.is_served("attended")

    watched = await living.ieum(
        *("watch", "--from-start", "--referral", str(handover.id), "--limit", "8", "--json")
    )
    shown = await living.ieum("referral", "show", str(handover.id))
    told = await living.ieum("referral", "show", str(handover.id), "--json")
    status = await living.ieum("status", "--json")

    events = [json.loads(line) for line in watched.stdout.splitlines()]
    said = {event["type"]: (event["from"], event["to"]) for event in events}
    assert said == {
        "referral.requested.v1": (SENDER, RECIPIENT),
        "referral.received.v1": (RECIPIENT, SENDER),
        "eligibility.assessed.v1": (RECIPIENT, SENDER),
        "referral.accepted.v1": (RECIPIENT, SENDER),
        "referral.started.v1": (RECIPIENT, SENDER),
        "referral.completed.v1": (RECIPIENT, SENDER),
        "referral.outcome-acknowledged.v1": (SENDER, RECIPIENT),
        "referral.closed.v1": (RECIPIENT, SENDER),
    }
    assert {event["key"] for event in events} == {str(handover.id)}
    last = [event for event in events if "state" in event][-1]
    assert (last["state"], last["holder"], last["due"]) == ("closed", None, None)
    assert {*json.loads(told.stdout)} == {SENDER, RECIPIENT}
    assert "종결 closed" in shown.stdout
    assert all(agency["ready"] for agency in json.loads(status.stdout))
    for run in (watched, shown, told, status):
        assert run.returncode == 0, run.stderr
        assert MARK not in run.stdout + run.stderr


async def test_a_referral_that_nobody_knows_is_refused(living: Living) -> None:
    run = await living.ieum("referral", "show", "0197a2c4-5d11-7c62-9d0a-6a1f0c8e2b00")

    assert run.returncode == 4
    assert "Check the id." in run.stderr
