"""The welfare team and the city's job centre: both sides of every boundary, with the law of each rule."""

from datetime import date
from typing import Any

from tests.services.asking import NEEDS_INFO
from tests.services.tables.row import F, P, Q, Row, Table

WELFARE, JOBS = "services.city_welfare_team", "services.city_job_center"
_INCOME = "recognised_income_monthly"


def _basic(programme: str, percent: int, law: str, highest: dict[int, int]) -> Table:
    """`highest` are the highest incomes by heads, worked out by hand from the published medians."""
    rule = f"recognised-income-within-{percent}-percent"
    both_sides = [
        row
        for heads, income in highest.items()
        for row in (
            Row(rule, P, {"household_size": heads, _INCOME: income}),
            Row(rule, F, {"household_size": heads, _INCOME: income + 1}),
        )
    ]
    rows = (
        *both_sides,
        Row(rule, P, {_INCOME: 0}),
        Row(rule, Q, {_INCOME: None}),
        Row(rule, Q, {"household_size": None}),
        Row(rule, Q, {}, date(2027, 1, 1)),
    )
    return Table(WELFARE, (programme,), {rule: law}, {"household_size": 1, _INCOME: 0}, rows)


BASIC = (
    _basic("livelihood", 32, "국민기초생활 보장법 8조 (2026)", {1: 820_556, 4: 2_078_316, 8: 3_351_791}),
    _basic("medical", 40, "국민기초생활 보장법 12조의3 (2026)", {1: 1_025_695, 4: 2_597_895, 8: 4_189_739}),
    _basic("housing", 48, "주거급여법 5조 (2026)", {1: 1_230_834, 4: 3_117_474, 9: 5_488_102}),
    _basic("education", 50, "국민기초생활 보장법 12조 (2026)", {1: 1_282_119, 3: 2_679_518, 10: 6_196_372}),
)
_CRISIS, _POOR = "in-crisis", "household-within-75-percent"
_ASSETS, _SAVINGS = "assets-within-relief-limit", "financial-assets-within-relief-limit"
_2025, _LAST_DAY = date(2025, 7, 1), date(2025, 12, 31)
RELIEF = Table(
    WELFARE,
    ("emergency-relief",),
    {
        _CRISIS: "긴급복지지원법 2조 (2025)",
        _POOR: "긴급복지지원법 시행령 7조 (2025)",
        _ASSETS: "긴급복지지원 재산 기준 고시 (2025)",
        _SAVINGS: "긴급복지지원 금융재산 기준 고시 (2025)",
    },
    {
        "crisis_cause": "income-lost",
        "household_size": 4,
        "household_income_monthly": 4_573_329,  # 75 % of 6,097,773 is 4,573,329.75
        "household_assets": 152_000_000,
        "financial_assets": 12_097_000,
    },
    (
        Row(_CRISIS, P, {}, _2025),
        Row(_CRISIS, Q, {"crisis_cause": None}, _2025),
        Row(_POOR, P, {}, _LAST_DAY),
        Row(_POOR, F, {"household_income_monthly": 4_573_330}, _2025),
        Row(_POOR, F, {"household_income_monthly": 4_871_054}),  # 75 % of 6,494,738 is 4,871,053.5
        Row(_POOR, P, {"household_income_monthly": 4_871_053}, whole=NEEDS_INFO),
        Row(_ASSETS, P, {}, _2025),
        Row(_ASSETS, F, {"household_assets": 152_000_001}, _2025),
        Row(_ASSETS, P, {"household_assets": -1}, _2025),
        Row(_ASSETS, Q, {"household_assets": None}, _2025),
        Row(_ASSETS, Q, {}, date(2026, 1, 1)),
        Row(_SAVINGS, P, {}, _2025),
        Row(_SAVINGS, F, {"financial_assets": 12_097_001}, _2025),
        Row(_SAVINGS, Q, {"financial_assets": None}, _2025),
        Row(_SAVINGS, Q, {"household_size": 3, "household_income_monthly": 0}, _2025),
        Row(_SAVINGS, Q, {"household_size": None}, _2025),
        Row(_SAVINGS, Q, {}, date(2026, 1, 1)),
    ),
)
_NEEDS = "needs-of-two-areas"


def _needs(*needs: str) -> dict[str, Any]:
    return {"needs": list(needs)}


MANAGEMENT = Table(
    WELFARE,
    ("case-management",),
    {_NEEDS: "사회보장급여법 42조의2 (2026)"},
    _needs("debt-arrears", "work-finding"),
    (
        Row(_NEEDS, P),
        Row(_NEEDS, F, _needs("debt-arrears", "debt-credit")),
        Row(_NEEDS, F, _needs("housing-rent")),
        Row(_NEEDS, F, _needs()),
        Row(_NEEDS, P, _needs("housing-rent", "housing-unsafe", "health-mind")),
        Row(_NEEDS, F, _needs("work-finding", "work-training", "work-keeping")),
        Row(_NEEDS, Q, {"needs": None}),
        Row(_NEEDS, P, {}, date(2030, 1, 1)),
    ),
    whole=NEEDS_INFO,
)
_CITY = "양주시 일자리센터 이용 기준 (출처 연도 미상, 2025 적용)"
_LIVES, _FIRM = "lives-or-works-in-the-city", "workplace-in-the-city"
_HOME, _WORK = "residence_municipality", "workplace_municipality"
RESIDENTS = Table(
    JOBS,
    ("job-counselling", "job-fair", "job-programme", "job-placement"),
    {_LIVES: _CITY},
    {_HOME: "양주시", _WORK: "의정부시"},
    (
        Row(_LIVES, P),
        Row(_LIVES, P, {_HOME: "의정부시", _WORK: "양주시"}),
        Row(_LIVES, F, {_HOME: "의정부시", _WORK: "동두천시"}),
        Row(_LIVES, Q, {_HOME: "의정부시", _WORK: None}),
        Row(_LIVES, Q, {_HOME: None, _WORK: None}),
        Row(_LIVES, P, {_HOME: "양주시", _WORK: None}),
        Row(_LIVES, P, {_HOME: "4163000000", _WORK: None}),
        Row(_LIVES, F, {_HOME: "4115000000", _WORK: "4182000000"}),
        Row(_LIVES, Q, {_HOME: "미상", _WORK: "의정부시"}),
    ),
)
FIRMS = Table(
    JOBS,
    ("hiring-support",),
    {_FIRM: _CITY},
    {_HOME: "의정부시", _WORK: "양주시"},
    (
        Row(_FIRM, P),
        Row(_FIRM, F, {_WORK: "포천시"}),
        Row(_FIRM, Q, {_WORK: None}),
        Row(_FIRM, Q, {_WORK: "미상"}),
        Row(_FIRM, P, {_WORK: "4163000000"}),
        Row(_FIRM, F, {_WORK: "4165000000"}),
        Row(_FIRM, F, {_HOME: "양주시", _WORK: "의정부시"}),
        Row(_FIRM, P, {_HOME: None}, date(2025, 1, 1)),
    ),
)
TABLES = (*BASIC, RELIEF, MANAGEMENT, RESIDENTS, FIRMS)
