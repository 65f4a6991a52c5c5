"""Assessments a second on one core: made-up clients, and every programme that has rules."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from bench.machine import calibrate
from ieum.agency import load_agency
from ieum.casework.eligibility import RuleSet, judge
from ieum.casework.facts import Facts, facts_in
from ieum_contracts.circumstances import Circumstances
from ieum_lab.simulator.chance import seeded

PACKAGES = (
    "services.employment_center",
    "services.women_reemployment_center",
    "services.microfinance_center",
    "services.veterans_center",
    "services.city_job_center",
    "services.city_welfare_team",
)
DAY = date(2026, 9, 1)
CLIENTS, ROUNDS = 200, 9
AIM_PER_SECOND = 20_000
SEED = 1
STATUS = ("unemployed", "unemployed", "employed", "self-employed", "large-firm")
SOURCES = ("stated", "stated", "documented", "verified")
KNOWN_SHARE = 0.8
"""Of the facts that a programme reads, so many are known; the others are missing."""


@dataclass(frozen=True, slots=True)
class Question:
    """One programme about one client."""

    rule_set: RuleSet
    facts: Facts


def measure() -> dict[str, Any]:
    """Measure on this process's core; the best of several rounds, since others use the machine as well."""
    questions = list(_questions())
    for each in questions:
        judge(each.rule_set, each.facts, DAY)
    rounds = sorted(_round(questions) for _ in range(ROUNDS))
    return {
        "programmes": len({each.rule_set.programme for each in questions}),
        "assessments": len(questions),
        "per_second_best": round(len(questions) / rounds[0]),
        "per_second_middle": round(len(questions) / rounds[ROUNDS // 2]),
        "aim_per_second": AIM_PER_SECOND,
        "calibration": round(calibrate(), 1),
    }


def sentence(found: Mapping[str, Any]) -> str:
    """Say in one sentence what was measured."""
    best, middle = found["per_second_best"], found["per_second_middle"]
    return (
        f"{best:,} assessments a second on one core ({middle:,} in the middle round; the aim is "
        f"{AIM_PER_SECOND:,}), at {found['calibration']:,} thousand hashes a second."
    )


def _round(questions: list[Question]) -> float:
    begun = time.process_time()
    for each in questions:
        judge(each.rule_set, each.facts, DAY)
    return time.process_time() - begun


def _questions() -> Iterator[Question]:
    chance = seeded(SEED)
    agencies = map(load_agency, PACKAGES)
    rule_sets = [each for agency in agencies for each in agency.rule_sets.values() if each.rules]
    for _ in range(CLIENTS):
        facts = facts_in(_client(chance), DAY)
        for each in rule_sets:
            yield Question(each, facts)


def _client(chance: Random) -> Circumstances:
    income = chance.randrange(0, 9_000_000, 10_000)
    facts = {
        "birth_date": DAY - timedelta(days=chance.randrange(16 * 365, 75 * 365)),
        "sex": chance.choice(("female", "male")),
        "household_size": chance.randrange(1, 8),
        "residence_municipality": chance.choice(("양주시", "의정부시")),
        "recognised_income_monthly": income,
        "household_income_monthly": income,
        "own_income_monthly": income // 2,
        "own_income_annual": income * 6,
        "household_assets": chance.randrange(0, 600_000_000, 1_000_000),
        "financial_assets": chance.randrange(0, 20_000_000, 100_000),
        "insured_days": chance.randrange(0, 400),
        "separation_date": DAY - timedelta(days=chance.randrange(0, 500)),
        "separation_kind": chance.choice(("contract-ended", "left-of-own-accord")),
        "work_days": chance.randrange(0, 400),
        "work_hours": chance.randrange(0, 3_000),
        "able_to_work": chance.random() < KNOWN_SHARE,
        "willing_to_work": chance.random() < KNOWN_SHARE,
        "searching": chance.random() < KNOWN_SHARE,
        "employment_status": chance.choice(STATUS),
        "student": False,
        "career_break_reason": chance.choice(("childcare", "other")),
        "benefits": [{"benefit": "housing-benefit", "since": date(2025, 1, 1)}],
        "unsecured_debt": chance.randrange(0, 600_000_000, 1_000_000),
        "secured_debt": chance.randrange(0, 1_000_000_000, 1_000_000),
        "arrears_days": chance.randrange(0, 200),
        "arrears_risk": True,
        "credit_percentile": chance.randrange(0, 101),
        "rank_class": chance.choice(("officer", "enlisted")),
        "service_months": chance.randrange(18, 240),
        "discharge_date": DAY - timedelta(days=chance.randrange(0, 2_000)),
        "crisis_cause": "income-lost",
        "needs": ["debt-arrears", "work-finding"],
    }
    known = {name: value for name, value in facts.items() if chance.random() < KNOWN_SHARE}
    return Circumstances.model_validate(
        {name: {"value": value, "source": chance.choice(SOURCES)} for name, value in known.items()}
    )
