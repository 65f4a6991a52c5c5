"""Random clients of a seeded stream: who is referred where, with the data that the programme needs."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from random import Random

from ieum.api.agency.programmes import OfferedProgramme
from ieum_contracts.address import Address
from ieum_contracts.codes import SubjectKind
from ieum_lab.simulator.people import MUNICIPALITY, Json, employer, facts, person


def random_order(
    chance: Random, agencies: Sequence[str], offered: Sequence[OfferedProgramme], client_ref: str
) -> tuple[str, Json]:
    """Choose a sender, and fill in the form for a client that it refers to another agency's programme."""
    sender = chance.choice(agencies)
    elsewhere = sorted({each.agency for each in offered if Address.parse(each.agency).agency != sender})
    address = chance.choice(elsewhere)
    programme = chance.choice([each.programme for each in offered if each.agency == address])
    to = Address.parse(address)
    urgent: Json = {"priority": "urgent", "priority_cause": "benefit-ends-soon"}
    rest: Json = urgent if chance.random() < 0.2 else {}  # noqa: PLR2004 - one in five is urgent
    if SubjectKind.PERSON not in programme.subjects:
        wanted = chance.randint(1, 5)
        form = employer(
            to.agency, programme.programme, client_ref, headcount=wanted, why="시험용 구인입니다."
        )
        return sender, {**form, **rest, "needs": ["work-hiring"], "goals": ["vacancies-filled"]}
    circumstances, needs, goals = _PROFILES.get(to.agency, _anybody)(chance)
    form = person(
        to.agency,
        programme.programme,
        client_ref,
        centre=to.centre,
        why="시험용 의뢰입니다.",
        circumstances=circumstances,
    )
    hand_over = chance.choice(("walked-over-now", "appointment", "recipient-contacts"))
    return sender, {**form, **rest, "needs": [*needs], "goals": [*goals], "hand_over": hand_over}


Profile = tuple[Json, Sequence[str], Sequence[str]]


def _job_seeker(chance: Random) -> Profile:
    known = facts(
        birth_date=_born(chance, 20, 66),
        household_size=chance.randint(1, 4),
        household_income_monthly=chance.randrange(500_000, 4_000_000, 100_000),
        household_assets=chance.randrange(0, 450_000_000, 10_000_000),
        insured_days=chance.randint(60, 540),
        work_days=chance.randint(0, 400),
        able_to_work=True,
        willing_to_work=True,
        searching=chance.random() < 0.9,  # noqa: PLR2004 - nearly all
    )
    return known, ["work-finding"], ["employment"]


def _woman(chance: Random) -> Profile:
    reason = chance.choice(("marriage", "pregnancy", "birth", "childcare", "family-care"))
    known = facts(sex="female", willing_to_work=True, career_break_reason=reason)
    return known, ["work-training"], ["training"]


def _debtor(chance: Random) -> Profile:
    known = facts(
        "documented",
        birth_date=_born(chance, 19, 60),
        own_income_annual=chance.randrange(8_000_000, 60_000_000, 1_000_000),
        arrears_days=chance.randint(0, 150),
        arrears_risk=True,
        unsecured_debt=chance.randrange(1_000_000, 90_000_000, 1_000_000),
        secured_debt=chance.randrange(0, 300_000_000, 10_000_000),
        credit_percentile=chance.randint(1, 60),
    )
    return known, ["debt-arrears"], ["debt-settled"]


def _veteran(chance: Random) -> Profile:
    discharged = datetime.now(UTC).date() - timedelta(days=chance.randint(10, 900))
    known = facts(
        "verified",
        rank_class=chance.choice(("officer", "warrant-officer", "non-commissioned-officer")),
        service_months=chance.randint(24, 240),
        discharge_date=discharged.isoformat(),
        employment_status="unemployed",
        searching=True,
    )
    return known, ["work-finding"], ["employment"]


def _resident(chance: Random) -> Profile:
    known = facts(residence_municipality=MUNICIPALITY, job_wanted=chance.choice(("사무", "생산", "돌봄")))
    return known, ["work-finding"], ["employment"]


def _household(chance: Random) -> Profile:
    known = facts(
        household_size=chance.randint(1, 5),
        recognised_income_monthly=chance.randrange(0, 3_000_000, 100_000),
        household_income_monthly=chance.randrange(0, 3_000_000, 100_000),
        household_assets=chance.randrange(0, 300_000_000, 10_000_000),
        crisis_cause="income-lost",
        needs=["income-livelihood", "housing-rent"],
    )
    return known, ["income-livelihood", "housing-rent"], ["income-secured"]


def _anybody(chance: Random) -> Profile:
    return facts(birth_date=_born(chance, 20, 60)), ["work-finding"], ["informed"]


def _born(chance: Random, youngest: int, oldest: int) -> str:
    days = chance.randint(youngest * 365, oldest * 365)
    return (datetime.now(UTC).date() - timedelta(days=days)).isoformat()


_PROFILES: Mapping[str, Callable[[Random], Profile]] = {
    "employment-center": _job_seeker,
    "women-reemployment-center": _woman,
    "microfinance-center": _debtor,
    "veterans-center": _veteran,
    "city-job-center": _resident,
    "city-welfare-team": _household,
}
