"""The microfinance centre: both sides of every boundary, with the law of each rule."""

from datetime import date

from ieum_contracts.eligibility import RuleResult
from tests.services.asking import LIKELY, NEEDS_INFO
from tests.services.tables.row import F, P, Q, Row, Table, held

PACKAGE = "services.microfinance_center"
_CCRS = "신용회복위원회 신용회복지원협약 (2026)"
_LIMITS, _PROMPT = "debts-within-limits", "arrears-up-to-30-days"
_PRE, _INDIVIDUAL = "arrears-of-31-to-89-days", "arrears-of-90-days-or-more"
DEBTS = {"unsecured_debt": 500_000_000, "secured_debt": 1_000_000_000}
NEXT_YEAR = date(2027, 1, 1)
_DEBT_ROWS = (
    Row(_LIMITS, P),
    Row(_LIMITS, F, {"unsecured_debt": 500_000_001, "secured_debt": 0}),
    Row(_LIMITS, F, {"unsecured_debt": 0, "secured_debt": 1_000_000_001}),
    Row(_LIMITS, Q, {"unsecured_debt": None}),
    Row(_LIMITS, Q, {"secured_debt": None}),
    Row(_LIMITS, F, {"unsecured_debt": None, "secured_debt": 1_000_000_001}),
    Row(_LIMITS, Q, {}, NEXT_YEAR),
)


def _adjusting(programme: str, rule: str, days: int, *rows: Row) -> Table:
    usual = {**DEBTS, "arrears_days": days, "arrears_risk": False}
    return Table(PACKAGE, (programme,), {rule: _CCRS, _LIMITS: _CCRS}, usual, (*rows, *_DEBT_ROWS))


def _late(rule: str, days: int, result: RuleResult, *, risk: bool | None = False) -> Row:
    return Row(rule, result, {"arrears_days": days, "arrears_risk": risk})


ADJUSTING = (
    _adjusting(
        "debt-adjustment-prompt",
        _PROMPT,
        30,
        _late(_PROMPT, 30, P),
        _late(_PROMPT, 31, F),
        _late(_PROMPT, 1, P),
        _late(_PROMPT, 0, F),
        _late(_PROMPT, 0, P, risk=True),
        _late(_PROMPT, 0, Q, risk=None),
        _late(_PROMPT, 1, P, risk=None),
    ),
    _adjusting(
        "debt-adjustment-pre",
        _PRE,
        31,
        _late(_PRE, 30, F),
        _late(_PRE, 31, P),
        _late(_PRE, 89, P),
        _late(_PRE, 90, F),
        Row(_PRE, Q, {"arrears_days": None}),
    ),
    _adjusting(
        "debt-adjustment-individual",
        _INDIVIDUAL,
        90,
        _late(_INDIVIDUAL, 89, F),
        _late(_INDIVIDUAL, 90, P),
        Row(_INDIVIDUAL, Q, {"arrears_days": None}),
    ),
)
_SPECIAL, _YOUNG = "low-income-and-low-credit", "young-with-low-income"
_BANK, _SMILE = "improved-since-policy-loan", "low-credit-or-near-poverty"
SPECIAL = Table(
    PACKAGE,
    ("sunshine-special",),
    {_SPECIAL: "서민금융진흥원 햇살론 특례보증 (2026-01)"},
    {"own_income_annual": 35_000_000, "credit_percentile": 20},
    (
        Row(_SPECIAL, P),
        Row(_SPECIAL, F, {"own_income_annual": 35_000_001}),
        Row(_SPECIAL, F, {"credit_percentile": 21}),
        Row(_SPECIAL, P, {"credit_percentile": 0}),
        Row(_SPECIAL, P, {"own_income_annual": 0}),
        Row(_SPECIAL, Q, {"own_income_annual": None}),
        Row(_SPECIAL, Q, {"credit_percentile": None}),
        Row(_SPECIAL, Q, {}, NEXT_YEAR),
    ),
)
_LEAP = {"birth_date": date(1992, 2, 29)}
YOUTH = Table(
    PACKAGE,
    ("sunshine-youth",),
    {_YOUNG: "서민금융진흥원 햇살론 유스 (2026)"},
    {"birth_date": date(1991, 9, 2), "own_income_annual": 35_000_000},
    (
        Row(_YOUNG, P),
        Row(_YOUNG, F, {"birth_date": date(1991, 9, 1)}),
        Row(_YOUNG, P, {"birth_date": date(1991, 3, 1)}, date(2026, 2, 28)),
        Row(_YOUNG, F, {"birth_date": date(1991, 3, 1)}, date(2026, 3, 1)),
        Row(_YOUNG, P, _LEAP, date(2026, 2, 28)),
        Row(_YOUNG, F, {"own_income_annual": 35_000_001}),
        Row(_YOUNG, Q, {"birth_date": None}),
        Row(_YOUNG, Q, {"own_income_annual": None}),
        Row(_YOUNG, Q, {}, NEXT_YEAR, whole=NEEDS_INFO),
    ),
)
OLD_LOAN = {"taken_on": "2020-01-01", "repaid_on": "2023-09-01", "credit_percentile": 15}
_NEW = {"taken_on": "2026-03-01", "credit_percentile": 15}


def _loans(*loans: dict[str, object], percentile: int | None = 16) -> dict[str, object]:
    return {"policy_loans": list(loans), "credit_percentile": percentile}


BANK = Table(
    PACKAGE,
    ("sunshine-bank",),
    {_BANK: "서민금융진흥원 햇살론 뱅크 (2026)"},
    _loans(OLD_LOAN),
    (
        Row(_BANK, P),
        Row(_BANK, F, _loans({**OLD_LOAN, "repaid_on": "2023-08-31"})),
        Row(_BANK, P, _loans(_NEW)),
        Row(_BANK, F, _loans({**_NEW, "taken_on": "2026-03-02"})),
        Row(_BANK, F, _loans(OLD_LOAN, percentile=15)),
        Row(_BANK, Q, _loans(OLD_LOAN, percentile=None)),
        Row(_BANK, Q, _loans({"taken_on": "2026-03-01"})),  # the percentile of then is not known
        Row(_BANK, F, _loans()),
        Row(_BANK, Q, {"policy_loans": None}),
        Row(_BANK, P, _loans({**_NEW, "taken_on": "2026-02-28"}), date(2026, 8, 31)),
    ),
)
ENDED = held("near-poor", "2026-01-01", "2026-08-31")
SMILE = Table(
    PACKAGE,
    ("smile-microcredit",),
    {_SMILE: "미소금융 대출 기준 (출처 연도 미상, 2026 적용)"},
    {"credit_percentile": 20, "benefits": []},
    (
        Row(_SMILE, P),
        Row(_SMILE, F, {"credit_percentile": 21}, whole=NEEDS_INFO),
        Row(_SMILE, P, {"credit_percentile": 21, **held("near-poor", "2026-01-01")}),
        Row(_SMILE, P, {"credit_percentile": 21, **held("earned-income-tax-credit", "2026-09-01")}),
        Row(
            _SMILE,
            F,
            {"credit_percentile": 21, **held("near-poor", "2026-01-01", "2026-08-31")},
            whole=NEEDS_INFO,
        ),
        Row(_SMILE, F, {"credit_percentile": 21, **held("military-pension", "2026-01-01")}, whole=NEEDS_INFO),
        Row(_SMILE, Q, {"credit_percentile": 21, "benefits": None}),
        Row(_SMILE, P, {"credit_percentile": None, **held("medical-benefit", "2026-01-01")}, whole=LIKELY),
        Row(_SMILE, Q, {"credit_percentile": 20}, NEXT_YEAR),
    ),
)
TABLES = (*ADJUSTING, SPECIAL, YOUTH, BANK, SMILE)
