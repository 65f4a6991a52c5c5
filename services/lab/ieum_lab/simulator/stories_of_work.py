"""Stories about work: clients who look for it, an employer who offers it, and what can go wrong."""

from datetime import timedelta

from ieum_lab.simulator.asking import ask_and_refer, ask_first, ask_recipient, citing, likely
from ieum_lab.simulator.before_sending import follow, try_out
from ieum_lab.simulator.people import MUNICIPALITY, employer, facts, person
from ieum_lab.simulator.simulated_centre import SimulatedCentre

EMPLOYMENT, JOBS = "employment-center", "city-job-center"
WOMEN, VETERANS = "women-reemployment-center", "veterans-center"


async def discharged_without_pension(centre: SimulatedCentre) -> None:
    """Hand over from veterans to employment to the job centre: placed, and looked after later."""
    discharge = (centre.now().date() - timedelta(days=60)).isoformat()
    support = await ask_and_refer(
        centre,
        VETERANS,
        person(
            EMPLOYMENT,
            "re-employment-support",
            f"{centre.mark}-2",
            centre=centre.centre,
            why="연금 없이 전역한 부사관으로 재취업을 원합니다.",
            circumstances=facts("documented", discharge_date=discharge, service_months=96),
            needs=["work-finding"],
            goals=["employment"],
        ),
    )
    await support.decides("accepted")
    placement = await centre.refer(
        EMPLOYMENT,
        person(
            JOBS,
            "job-placement",
            f"{centre.mark}-2",
            centre=centre.centre,
            why="정비 경력을 살릴 일자리를 찾습니다.",
            circumstances=facts(residence_municipality=MUNICIPALITY, job_wanted="정비"),
            needs=["work-finding"],
            goals=["employment"],
            parent=str(support.id),
        ),
    )
    placed = await placement.is_served("employed", goals=[{"goal": "employment", "met": True}])
    await support.is_concluded("employed")
    if placed.case is not None:
        await centre.clients[JOBS].follow_up(placed.case, {"found": "still-employed"})


async def sensitive_line_empty(centre: SimulatedCentre) -> None:
    """Say nothing of marriage or origin in the form; the job centre serves the client all the same."""
    training = await ask_and_refer(
        centre,
        WOMEN,
        person(
            JOBS,
            "job-programme",
            f"{centre.mark}-3",
            centre=centre.centre,
            why="한국어 이력서 작성과 면접 준비가 필요합니다.",
            circumstances=facts(residence_municipality=MUNICIPALITY),
            needs=["work-finding", "language-korean"],
            goals=["employment"],
            hand_over="appointment",
        ),
    )
    await training.is_served("attended")


async def redirected_for_want_of_room(centre: SimulatedCentre) -> None:
    """Find no room at the women's centre, which suggests another agency; refer again on new consent."""
    full = await ask_and_refer(
        centre,
        JOBS,
        person(
            WOMEN,
            "women-training",
            f"{centre.mark}-6",
            centre=centre.centre,
            why="육아로 일을 그만둔 뒤 직업훈련을 원합니다.",
            circumstances=facts(sex="female", career_break_reason="childcare", willing_to_work=True),
            needs=["work-training"],
            goals=["training"],
        ),
    )
    suggestion = f"/{centre.centre}/{EMPLOYMENT}"
    await full.decides(
        "redirected",
        reason="no-capacity",
        suggestion={"agency": suggestion, "programme": "training-card"},
    )
    await full.is_settled("redirected")
    order = person(
        EMPLOYMENT,
        "training-card",
        f"{centre.mark}-6",
        centre=centre.centre,
        why="직업훈련을 원하며 새로 동의를 받았습니다.",
        circumstances=facts(birth_date="1988-05-20", employment_status="unemployed"),
    )
    card = await follow(centre, full, citing(order, await ask_recipient(centre, JOBS, order)))
    await card.is_served("training-started", goals=[{"goal": "training", "met": True}])


async def employer_with_vacancies(centre: SimulatedCentre) -> None:
    """Hand a firm over from the women's centre to the job centre; a fair fills two of three posts."""
    order = employer(
        JOBS,
        "hiring-support",
        f"{centre.mark}-7",
        headcount=3,
        why="생산직 세 명을 구합니다.",
        needs=["work-hiring"],
        goals=["vacancies-filled"],
    )
    asked = citing(order, await ask_recipient(centre, WOMEN, order))
    await try_out(centre, WOMEN, asked)
    hiring = await centre.refer(WOMEN, asked)
    await hiring.decides("accepted")
    await hiring.decides("progressed", sub_status="scheduled")
    await hiring.is_concluded("partially-met", goals=[{"goal": "vacancies-filled", "met": False}])


async def cancelled_while_being_accepted(centre: SimulatedCentre) -> None:
    """Let an acceptance and a request to cancel cross; the worker agrees, and both sides end cancelled."""
    advice = await ask_and_refer(
        centre,
        EMPLOYMENT,
        person(
            WOMEN,
            "women-counselling",
            f"{centre.mark}-9",
            centre=centre.centre,
            why="경력 상담을 원합니다.",
            circumstances=facts(sex="female", career_break_reason="childcare", willing_to_work=True),
            needs=["work-finding"],
            goals=["informed"],
        ),
    )
    await advice.is_answered()
    await advice.decides("accepted")
    await advice.asks("cancel-requested", reason="found-work")
    await advice.decides("cancelled", reason="found-work")
    await advice.is_settled("cancelled")


async def outcome_disputed(centre: SimulatedCentre) -> None:
    """Dispute an outcome: the referral is reopened once, completed again and closed."""
    discharge = (centre.now().date() - timedelta(days=400)).isoformat()
    known = facts(
        rank_class="officer",
        service_months=130,
        discharge_date=discharge,
        employment_status="unemployed",
        searching=True,
    )
    answers = await ask_first(centre, JOBS, known, recipients=[VETERANS])
    offered = ", ".join(programme for _, programme in likely(answers)) or "nothing"
    centre.note(f"{JOBS} asked {VETERANS} which of its programmes, without a name; likely: {offered}.")
    order = person(
        VETERANS,
        "veterans-tailored",
        f"{centre.mark}-10",
        centre=centre.centre,
        why="창업 상담을 원하는 제대군인입니다.",
        circumstances=known,
        needs=["work-starting-business"],
        goals=["informed"],
    )
    advice = await centre.refer(JOBS, citing(order, answers))
    await advice.decides("accepted")
    await advice.decides("started")
    await advice.decides("completed", outcome="information-only")
    await advice.asks("outcome-disputed", sealed={"note": "상담을 한 번밖에 받지 못했습니다."})
    await advice.decides("reopened")
    await advice.decides("held", reason="no-suitable-appointment")
    await advice.decides("resumed")
    await advice.is_concluded("service-provided")
