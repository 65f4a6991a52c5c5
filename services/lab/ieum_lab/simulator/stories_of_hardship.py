"""Stories about money: arrears, debts, and benefits that exclude each other."""

from datetime import timedelta

from ieum_lab.simulator.asking import ask_and_refer, ask_first, citing, likely
from ieum_lab.simulator.people import Json, facts, person
from ieum_lab.simulator.simulated_centre import SimulatedCentre

WELFARE, EMPLOYMENT = "city-welfare-team", "employment-center"
FINANCE, VETERANS = "microfinance-center", "veterans-center"


async def single_parent_in_arrears(centre: SimulatedCentre) -> None:
    """Refer a jobless single parent from welfare to the employment centre and to the finance centre."""
    work = await ask_and_refer(centre, WELFARE, _jobless_parent(centre))
    debts = await ask_and_refer(
        centre,
        WELFARE,
        person(
            FINANCE,
            "debt-adjustment-pre",
            f"{centre.mark}-1",
            centre=centre.centre,
            why="카드대금이 두 달째 연체되었습니다.",
            circumstances=facts("documented", arrears_days=58, unsecured_debt=21_000_000, secured_debt=0),
            needs=["debt-arrears"],
            goals=["debt-settled"],
            parent=str(work.id),
        ),
    )
    await work.decides("info-requested", questions=["work-history"])
    await work.asks(
        "info-supplied",
        questions=["work-history"],
        sealed={"replies": [{"question": "work-history", "text": "최근 2년에 210일 일했습니다."}]},
    )
    await work.is_served("enrolled", goals=[{"goal": "employment", "met": True}])
    await debts.is_served("debt-adjustment-started", goals=[{"goal": "debt-settled", "met": True}])


def _jobless_parent(centre: SimulatedCentre) -> Json:
    return person(
        EMPLOYMENT,
        "employment-support-1",
        f"{centre.mark}-1",
        centre=centre.centre,
        why="한부모 가구로 실직 뒤 임대료와 카드대금이 밀려 있습니다.",
        circumstances=facts(
            household_size=2,
            household_income_monthly=900_000,
            household_assets=30_000_000,
            work_days=210,
            able_to_work=True,
            searching=True,
        ),
        needs=["work-finding", "debt-arrears"],
        goals=["employment"],
        priority="urgent",
        priority_cause="no-means-today",
    )


async def arrears_pass_90_days(centre: SimulatedCentre) -> None:
    """Refer from finance to case management; the case has two goals and is closed by a worker."""
    care = await ask_and_refer(
        centre,
        FINANCE,
        person(
            WELFARE,
            "case-management",
            f"{centre.mark}-4",
            centre=centre.centre,
            why="연체가 90일을 넘었고 월세도 밀려 있습니다.",
            circumstances=facts(arrears_days=97, needs=["debt-arrears", "housing-rent"]),
            needs=["debt-arrears", "housing-rent"],
            goals=["debt-settled", "housing-secured"],
        ),
    )
    accepted = await care.decides("accepted", keep_case_open=True)
    await care.decides("started")
    await care.decides("progressed", sub_status="interim-report")
    await care.is_concluded(
        "partially-met",
        goals=[{"goal": "debt-settled", "met": True}, {"goal": "housing-secured", "met": False}],
    )
    if accepted.case is not None:
        await centre.clients[WELFARE].close_case(
            accepted.case,
            {
                "reason": "goals-partly-met",
                "goals": [
                    {"goal": "debt-settled", "outcome": "debt-adjustment-started"},
                    {"goal": "housing-secured", "outcome": "not-met"},
                ],
            },
        )


async def livelihood_ends_allowance(centre: SimulatedCentre) -> None:
    """Refer from the employment centre to the welfare team, whose grant ends the allowance."""
    grant = await ask_and_refer(
        centre,
        EMPLOYMENT,
        person(
            WELFARE,
            "livelihood",
            f"{centre.mark}-5",
            centre=centre.centre,
            why="소득인정액이 기준 중위소득의 32퍼센트에 못 미칩니다.",
            circumstances=facts("documented", household_size=1, recognised_income_monthly=420_000),
            needs=["income-livelihood"],
            goals=["income-secured"],
        ),
    )
    await grant.decides("accepted")
    await centre.clients[WELFARE].change_eligibility(
        grant.id,
        {
            "programme": "livelihood",
            "old": "likely",
            "new": "granted",
            "effective_on": (centre.now().date() + timedelta(days=7)).isoformat(),
            "conflicts": [
                {
                    "programme": "employment-support-1",
                    "rule": "livelihood-ends-allowance",
                    "citation": "구직자취업촉진법 29(1)4",
                }
            ],
        },
    )
    await grant.is_concluded("benefit-granted")


async def young_veteran_in_debt(centre: SimulatedCentre) -> None:
    """Refer a young veteran from the employment centre to the veterans' centre and to the finance centre."""
    career = await centre.refer(
        EMPLOYMENT,
        person(
            VETERANS,
            "veterans-tailored",
            f"{centre.mark}-8",
            centre=centre.centre,
            why="전역한 뒤 구직 중인 청년입니다.",
            circumstances=facts(searching=True),
            needs=["work-finding"],
            goals=["employment"],
        ),
    )
    known = facts(birth_date="1999-03-04", own_income_annual=19_000_000)
    answers = await ask_first(centre, EMPLOYMENT, known)
    desks = ", ".join(f"{programme} of {agency}" for agency, programme in likely(answers))
    centre.note(f"{EMPLOYMENT} asked {len(answers)} agencies where, without a name; likely: {desks}.")
    order = person(
        FINANCE,
        "sunshine-youth",
        f"{centre.mark}-8",
        centre=centre.centre,
        why="고금리 대출을 갚을 자금이 필요합니다.",
        circumstances=known,
        needs=["debt-credit"],
        goals=["loan-found"],
        parent=str(career.id),
    )
    loan = await centre.refer(EMPLOYMENT, citing(order, answers))
    await loan.decides("waitlisted", expected_wait_days=14)
    await loan.is_served("loan-approved")
    await career.is_served("training-started")
