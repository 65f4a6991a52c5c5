"""Stories about waiting: nobody answers, and a desk does not let its client wait for ever."""

from ieum_lab.simulator.people import MUNICIPALITY, facts, person
from ieum_lab.simulator.simulated_centre import SimulatedCentre

WELFARE, VETERANS, JOBS = "city-welfare-team", "veterans-center", "city-job-center"


async def nobody_answers(centre: SimulatedCentre) -> None:
    """Hear of receipt and then nothing; call it off for the recipient's silence, and go elsewhere."""
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
    await silent.is_answered()
    await silent.asks("cancel-requested", reason="recipient-silent")
    await silent.is_settled("cancelled")
    placement = await centre.refer(
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
