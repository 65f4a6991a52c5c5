"""One client, five agencies, and what each of them can see.

A single parent comes to the employment center and is handed to the welfare team, which takes the lead. The
welfare team asks the finance center about her debts, as the employment center does for a loan; it asks the
city's job centre for counselling, which has no room and names the women's centre. There she goes on with one
call and a new consent. Then her livelihood benefit is granted: everybody who serves her hears of it once,
though welfare, employment and finance refer to one another in a circle, and the job centre, which has nothing
to do with her any more, hears nothing. At the end the finance center's one case closes, and each sender hears
of its own referral.
"""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from ieum.api.agency.journeys import Journey
from ieum_contracts.client_codes import Goal
from ieum_contracts.codes import State
from ieum_lab.simulator.agency_client import AgencyClient
from ieum_lab.simulator.handover import Handover
from ieum_lab.simulator.people import Json, person
from ieum_lab.simulator.simulated_centre import SimulatedCentre
from tests.journeys.living import Living

pytestmark = pytest.mark.stack
EMPLOYMENT, WELFARE, FINANCE = "employment-center", "city-welfare-team", "microfinance-center"
JOBS, WOMEN = "city-job-center", "women-reemployment-center"
LIVELIHOOD: Json = {
    "programme": "livelihood",
    "old": "likely",
    "new": "granted",
    "effective_on": "2026-12-01",
}
TURNS_MAX, PAUSE_SECONDS = 300, 0.1


def form(centre: SimulatedCentre, to: str, programme: str, **rest: object) -> Json:
    """Fill in the form of this client; each agency has a reference of its own, here the same."""
    order = person(to, programme, f"{centre.mark}-five", centre=centre.centre, why="상담이 필요합니다.")
    return {**order, **{name: value for name, value in rest.items() if isinstance(value, str | list)}}


async def told(client: AgencyClient, journey: UUID) -> Journey:
    """Wait until something is to be done about a journey."""
    for _ in range(TURNS_MAX):
        seen = await client.journey(journey)
        if seen.to_do:
            return seen
        await asyncio.sleep(PAUSE_SECONDS)
    raise AssertionError(f"{client.agency} was never told.")


async def test_a_journey_is_one_at_all_its_agencies(living: Living, simulated: SimulatedCentre) -> None:
    clients = simulated.clients
    lead = await simulated.refer(
        EMPLOYMENT, form(simulated, WELFARE, "case-management", goals=["income-secured"])
    )
    await lead.decides("accepted")
    debts, loan = await both_ask_the_finance_center(simulated, lead)
    women = await goes_on_where_there_is_room(simulated, lead)
    assert {each.journey for each in (debts, loan, women)} == {lead.journey}

    await clients[WELFARE].change_eligibility(lead.id, LIVELIHOOD)
    for agency in (EMPLOYMENT, FINANCE, WOMEN):
        seen = await told(clients[agency], lead.journey)
        assert [each.programme for each in seen.to_do] == ["livelihood"], agency
        await clients[agency].finish_to_do(seen.to_do[0])
    await sees_its_part(simulated, lead, women)

    await the_case_is_closed(simulated, debts, loan)
    for agency in (EMPLOYMENT, FINANCE, WOMEN):  # once: the circle has come to an end
        assert len((await clients[agency].journey(lead.journey)).to_do) == 1, agency
    for each in (lead, women):
        await each.decides("started")
        await each.is_concluded("service-provided")
    assert (await living.accounts()).sentences == []


async def both_ask_the_finance_center(centre: SimulatedCentre, lead: Handover) -> tuple[Handover, Handover]:
    """Refer from both desks; the finance center serves both referrals in one case."""
    parent = str(lead.id)
    order = form(centre, FINANCE, "debt-adjustment-individual", parent=parent, goals=["debt-settled"])
    foreseen = await centre.clients[WELFARE].dry_run(order)
    assert foreseen.would_be_sent
    assert [each.type for each in foreseen.recipient_says] == ["referral.received.v1"]
    debts = await centre.refer(WELFARE, order)
    loan = await centre.refer(EMPLOYMENT, form(centre, FINANCE, "sunshine-special", parent=parent))
    for each in (debts, loan):
        await each.decides("accepted", keep_case_open=True)
    return debts, loan


async def goes_on_where_there_is_room(centre: SimulatedCentre, lead: Handover) -> Handover:
    """Follow the suggestion of the job centre, which has no room."""
    jobs = await centre.refer(WELFARE, form(centre, JOBS, "job-counselling", parent=str(lead.id)))
    suggestion: Json = {"agency": f"/{centre.centre}/{WOMEN}", "programme": "women-counselling"}
    await jobs.decides("redirected", reason="no-capacity", suggestion=suggestion)
    await jobs.is_settled("redirected")
    agreed = form(centre, WOMEN, "women-counselling")["sealed"]
    assert isinstance(agreed, dict)
    following = await centre.clients[WELFARE].follow(jobs.id, {"sealed": {"consent": agreed["consent"]}})
    women = Handover(following.id, following.journey, centre.clients[WELFARE], centre.clients[WOMEN])
    await women.decides("accepted")
    return women


async def the_case_is_closed(centre: SimulatedCentre, debts: Handover, loan: Handover) -> None:
    """Close the one case; each sender hears of its own referral, and of the goals that it has cited."""
    for served in (debts, loan):
        await served.decides("started")
        await served.is_concluded("debt-adjustment-started")
    case = (await centre.clients[FINANCE].journey(debts.journey)).cases[0]
    assert {each.referral for each in case.referrals} == {debts.id, loan.id}
    goal: Json = {"goal": "debt-settled", "outcome": "debt-adjustment-started"}
    await centre.clients[FINANCE].close_case(case.id, {"reason": "goals-met", "goals": [goal]})
    await centre.clients[FINANCE].follow_up(case.id, {"found": "goal-kept"})
    for sent, goals in ((debts, 1), (loan, 0)):
        closed, checked = await news_of_the_case(sent)
        assert closed["referrals"] == checked["referrals"] == [str(sent.id)]
        assert len(closed.get("goals", [])) == goals


async def sees_its_part(centre: SimulatedCentre, lead: Handover, women: Handover) -> None:
    """Each agency sees its own referrals, the lead where it knows it, and of the rest the path."""
    seen = {
        agency: await centre.clients[agency].journey(lead.journey) for agency in (EMPLOYMENT, WELFARE, WOMEN)
    }
    address = f"/{centre.centre}/{WELFARE}"
    assert [len(seen[each].referrals) for each in (EMPLOYMENT, WELFARE, WOMEN)] == [2, 4, 1]
    assert [seen[each].lead for each in (EMPLOYMENT, WELFARE, WOMEN)] == [address, address, None]
    assert {each.goal for each in seen[WELFARE].goals} == {Goal.INCOME_SECURED, Goal.DEBT_SETTLED}
    assert seen[WELFARE].elsewhere == []
    assert [(each.agency, each.programme, each.state) for each in seen[WOMEN].elsewhere] == [
        (address, "case-management", State.ACCEPTED),
        (f"/{centre.centre}/{JOBS}", "job-counselling", State.REDIRECTED),
    ]
    jobs = await centre.clients[JOBS].journey(lead.journey)
    assert jobs.to_do == []
    assert [each.state for each in jobs.referrals] == [State.REDIRECTED]
    assert women.id not in {each.id for each in jobs.referrals}


async def news_of_the_case(sent: Handover) -> tuple[dict[str, Any], dict[str, Any]]:
    """Wait until a sender has heard that the case is closed, and what aftercare found."""
    types = ("case.closed.v1", "case.followed-up.v1")
    for _ in range(TURNS_MAX):
        history = (await sent.sender.read(sent.id)).history
        found = {each.type: dict(each.data or {}) for each in history if each.type in types}
        if len(found) == len(types):
            return found[types[0]], found[types[1]]
        await asyncio.sleep(PAUSE_SECONDS)
    raise AssertionError(f"{sent.sender.agency} never heard of the case.")
