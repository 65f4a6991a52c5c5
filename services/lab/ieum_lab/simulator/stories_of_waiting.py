"""Stories about waiting: a promise that nobody keeps, and a waiting list that moves by itself."""

from ieum_lab.simulator.asking import ask_and_refer
from ieum_lab.simulator.before_sending import note_due, try_out
from ieum_lab.simulator.people import MUNICIPALITY, Json, facts, person
from ieum_lab.simulator.simulated_centre import SimulatedCentre

WELFARE, VETERANS, JOBS, EMPLOYMENT = (
    *("city-welfare-team", "veterans-center"),
    *("city-job-center", "employment-center"),
)
PROMISED_SECONDS = 3.0
"""In how long the waiting list is to be looked at again: a promise is a time, and so can be short."""
FAIR = "job-fair"


async def nobody_answers(centre: SimulatedCentre) -> None:
    """Wait for a promised review; nobody answers, the clock ends it, and the sender goes elsewhere."""
    silent = await centre.refer(
        WELFARE,
        person(
            VETERANS,
            "veterans-tailored",
            f"{centre.mark}-12",
            centre=centre.centre,
            why="전역한 지 오래된 이용자로 구직 상담이 급합니다.",
            circumstances=facts(searching=True),
            needs=["work-finding"],
            goals=["employment"],
        ),
    )
    promised = centre.soon(PROMISED_SECONDS)
    await silent.decides("waitlisted", review_at=promised.isoformat(timespec="seconds"))
    await silent.becomes("waitlisted", "expired")
    await note_due(centre, WELFARE, silent.id)
    await silent.is_settled("expired")
    centre.note(f"{VETERANS} promised to look at its waiting list again and did not: the clock ended it.")
    placement = await ask_and_refer(
        centre,
        WELFARE,
        person(
            JOBS,
            "job-placement",
            f"{centre.mark}-12",
            centre=centre.centre,
            why="답을 받지 못해 새로 동의를 받고 시 일자리센터로 의뢰합니다.",
            circumstances=facts(residence_municipality=MUNICIPALITY),
            needs=["work-finding"],
            goals=["employment"],
            parent=str(silent.id),
        ),
    )
    await placement.is_served("employed", goals=[{"goal": "employment", "met": True}])
    centre.note(f"{WELFARE} went to {JOBS} with a new consent, and the client found work.")


async def waiting_list_moves(centre: SimulatedCentre) -> None:
    """Give the last place at a job fair away; who waits gets it by himself as soon as it is free."""
    await centre.clients[JOBS].set_room(FAIR, {"places": 1})
    first = await centre.refer(EMPLOYMENT, _to_the_fair(centre, "a"))
    await first.becomes("accepted")
    order = _to_the_fair(centre, "b")
    await try_out(centre, EMPLOYMENT, order)
    second = await centre.refer(EMPLOYMENT, order)
    await second.becomes("waitlisted")
    centre.note(f"The {FAIR} has one place: the first got it at once, the second waits.")
    await first.is_concluded("attended")
    await second.becomes("accepted")
    centre.note("The place became free, and the waiting list moved by itself.")
    await second.is_concluded("attended")
    await centre.clients[JOBS].set_room(FAIR, {"room": "open"})


def _to_the_fair(centre: SimulatedCentre, who: str) -> Json:
    return person(
        JOBS,
        FAIR,
        f"{centre.mark}-13{who}",
        centre=centre.centre,
        why="채용 행사에 참여하기를 원합니다.",
        circumstances=facts("verified", residence_municipality=MUNICIPALITY),
        needs=["work-finding"],
        goals=["employment"],
    )
