"""The employment centre: both sides of every boundary, with the law of each rule."""

from datetime import date

from tests.services.asking import DAY, NEEDS_INFO
from tests.services.tables.row import F, P, Q, Row, Table, held

PACKAGE = "services.employment_center"
_ACT = "구직자취업촉진법"
_CARD = "국민내일배움카드 운영규정 (2025~2026)"
_INSURED, _SEARCH, _LEFT, _APPLIED = (
    "insured-long-enough",
    "jobless-and-searching",
    "separation-not-disqualifying",
    "applied-within-twelve-months",
)
_SEPARATED = "separation_date"

BENEFIT = Table(
    PACKAGE,
    ("job-seeking-benefit",),
    {
        _INSURED: "고용보험법 40조 1항 1호 (2026)",
        _SEARCH: "고용보험법 40조 1항 2호·4호 (2026)",
        _LEFT: "고용보험법 40조 1항 3호, 58조 (2026)",
        _APPLIED: "고용보험법 48조 (2026)",
    },
    {
        "insured_days": 180,
        "employment_status": "unemployed",
        "able_to_work": True,
        "willing_to_work": True,
        "searching": True,
        "separation_kind": "contract-ended",
        _SEPARATED: date(2025, 9, 1),
    },
    (
        Row(_INSURED, P),
        Row(_INSURED, F, {"insured_days": 179}),
        Row(_INSURED, Q, {"insured_days": None}),
        Row(_SEARCH, P),
        Row(_SEARCH, F, {"employment_status": "employed"}),
        Row(_SEARCH, F, {"able_to_work": False}),
        Row(_SEARCH, F, {"willing_to_work": False}),
        Row(_SEARCH, F, {"searching": False}),
        Row(_SEARCH, Q, {"searching": None}),
        Row(_LEFT, F, {"separation_kind": "left-of-own-accord"}),
        Row(_LEFT, F, {"separation_kind": "dismissed-for-grave-fault"}),
        Row(_LEFT, P, {"separation_kind": "left-with-just-cause"}),
        Row(_LEFT, Q, {"separation_kind": None}),
        Row(_APPLIED, F, {_SEPARATED: date(2025, 8, 31)}),
        Row(_APPLIED, P, {_SEPARATED: DAY}),
        Row(_APPLIED, F, {_SEPARATED: date(2026, 9, 2)}),
        Row(_APPLIED, P, {_SEPARATED: date(2028, 2, 29)}, date(2029, 2, 28)),
        Row(_APPLIED, F, {_SEPARATED: date(2028, 2, 29)}, date(2029, 3, 1)),
        Row(_APPLIED, P, {_SEPARATED: date(2026, 2, 28)}, date(2027, 2, 28)),
        Row(_APPLIED, Q, {_SEPARATED: None}),
    ),
)

_AGE, _INCOME, _ASSETS, _WORKED = (
    "of-working-age",
    "income-within-60-percent",
    "assets-within-limit",
    "worked-enough",
)
_LIVELIHOOD, _JSB, _FUNDED = (
    "without-livelihood-benefit",
    "without-recent-job-seeking-benefit",
    "without-recent-funded-programme",
)
_OWN, _FREE, _SERVING = "own-income-below-60-percent", "free-to-start", "not-serving"
_EXCLUSION_LAWS = {
    _LIVELIHOOD: f"{_ACT} 7조 3항 (2025~2026)",
    _JSB: f"{_ACT} 7조 3항, 시행령 5조 (2025~2026)",
    _FUNDED: f"{_ACT} 7조 3항, 시행령 5조 (2025~2026)",
    _OWN: f"{_ACT} 7조 3항, 시행령 5조 (2025~2026)",
    _FREE: f"{_ACT} 7조 3항, 시행령 5조 (2025~2026)",
    _SERVING: f"{_ACT} 7조 3항, 시행령 5조 (2025~2026)",
}
_COMMON_LAWS = {
    _AGE: f"{_ACT} 6조 1항(15~64세), 운영 15~69세 (2025~2026)",
    _ASSETS: f"{_ACT} 7조 1항, 시행령 3조 (2025~2026)",
    **_EXCLUSION_LAWS,
}
SUPPORTED = {
    "birth_date": date(1980, 1, 1),
    "household_size": 4,
    "household_income_monthly": 3_896_842,  # 60 % of 6,494,738 is 3,896,842.8
    "household_assets": 400_000_000,
    "work_days": 100,
    "work_hours": 0,
    "benefits": [],
    "own_income_monthly": 0,
    "student": False,
    "able_to_work": True,
    "employment_status": "unemployed",
}
YOUNG = {"birth_date": date(1991, 9, 2)}  # 35 on the day after the assessment
AT_35 = {"birth_date": date(1991, 9, 1)}
_RICH = {"household_assets": 500_000_000}
_ONE = {"household_size": 1, "household_income_monthly": 1_538_542}

_EXCLUSIONS = (
    Row(_LIVELIHOOD, F, held("livelihood-benefit", "2026-09-01")),
    Row(_LIVELIHOOD, P, held("livelihood-benefit", "2026-09-02")),
    Row(_LIVELIHOOD, P, held("livelihood-benefit", "2025-01-01", "2026-08-31")),
    Row(_LIVELIHOOD, F, held("livelihood-benefit", "2025-01-01", "2026-09-01")),
    Row(_LIVELIHOOD, F, {"benefits": [{"benefit": "livelihood-benefit"}]}),
    Row(_JSB, F, held("job-seeking-benefit", "2025-10-01", "2026-03-02")),
    Row(_JSB, P, held("job-seeking-benefit", "2025-10-01", "2026-03-01")),
    Row(_JSB, P, held("job-seeking-benefit", "2025-10-01", "2026-02-28"), date(2026, 8, 31)),
    Row(_JSB, F, held("job-seeking-benefit", "2025-10-01", "2026-03-01"), date(2026, 8, 31)),
    Row(_FUNDED, F, held("funded-job-programme", "2025-10-01", "2026-03-02")),
    Row(_FUNDED, P, held("funded-job-programme", "2025-10-01", "2026-03-01")),
    Row(_FUNDED, P, held("housing-benefit", "2025-10-01")),
    Row(_FUNDED, Q, {"benefits": None}),
    Row(_OWN, P, {"own_income_monthly": 1_538_542}),  # 60 % of 2,564,238 is 1,538,542.8: below it
    Row(_OWN, F, {"own_income_monthly": 1_538_543}),
    Row(_OWN, Q, {"own_income_monthly": None}),
    Row(_OWN, Q, {"household_income_monthly": 0}, date(2025, 9, 1)),  # a year without a figure for one person
    Row(_FREE, P),
    Row(_FREE, F, {"student": True}),
    Row(_FREE, F, {"able_to_work": False}),
    Row(_SERVING, P, {"employment_status": "serving", "discharge_date": date(2026, 11, 1)}),
    Row(_SERVING, F, {"employment_status": "serving", "discharge_date": date(2026, 11, 2)}),
    Row(_SERVING, Q, {"employment_status": "serving"}),
)
_AGES = (
    Row(_AGE, P, {"birth_date": date(1956, 9, 2)}),
    Row(_AGE, F, {"birth_date": date(1956, 9, 1)}),
    Row(_AGE, P, {"birth_date": date(2011, 9, 1)}),
    Row(_AGE, F, {"birth_date": date(2011, 9, 2)}),
    Row(_AGE, Q, {"birth_date": None}),
)
_LIMITS = (
    Row(_ASSETS, F, {"household_assets": 400_000_001}),
    Row(_ASSETS, P, {**YOUNG, **_RICH}),
    Row(_ASSETS, F, {**YOUNG, "household_assets": 500_000_001}),
    Row(_ASSETS, Q, {**AT_35, **_RICH}),
    Row(_ASSETS, F, {**AT_35, **_RICH, "military_extension_years": 0}),
    Row(_ASSETS, P, {**AT_35, **_RICH, "military_extension_years": 1}),
    Row(_ASSETS, P, {**_RICH, "birth_date": date(1988, 9, 2), "military_extension_years": 3}),
    Row(_ASSETS, F, {**_RICH, "birth_date": date(1988, 9, 1), "military_extension_years": 9}),
    Row(_ASSETS, F, {**_RICH, "birth_date": date(2008, 9, 2)}),  # 17 until the day after
    Row(_ASSETS, P, {**_RICH, "birth_date": date(2008, 9, 1)}),
    Row(_ASSETS, Q, {}, date(2027, 1, 1), whole=NEEDS_INFO),
)
SUPPORT_1 = Table(
    PACKAGE,
    ("employment-support-1",),
    {
        **_COMMON_LAWS,
        _INCOME: f"{_ACT} 7조 1항 (2025~2026)",
        _WORKED: f"{_ACT} 7조 1항 (2025~2026)",
    },
    SUPPORTED,
    (
        Row(_INCOME, P),
        Row(_INCOME, F, {"household_income_monthly": 3_896_843}),
        Row(_INCOME, P, _ONE),
        Row(_INCOME, F, {**_ONE, "household_income_monthly": 1_538_543}),
        Row(_INCOME, Q, {"household_income_monthly": None}),
        Row(_INCOME, Q, {"household_size": None}),
        Row(_INCOME, Q, {}, date(2027, 1, 1)),
        Row(_WORKED, F, {"work_days": 99, "work_hours": 799}),
        Row(_WORKED, P, {"work_days": 99, "work_hours": 800}),
        Row(_WORKED, Q, {"work_days": 99, "work_hours": None}),
        *_AGES,
        *_LIMITS,
        *_EXCLUSIONS,
    ),
)
_SELECTABLE = "selectable"
_UNPROVEN = {"work_days": 99, "work_hours": 799}
SELECTION = Table(
    PACKAGE,
    ("employment-support-1-selective",),
    {**_COMMON_LAWS, _SELECTABLE: f"{_ACT} 7조 2항 (2025~2026)"},
    {**SUPPORTED, **_UNPROVEN},
    (
        Row(_SELECTABLE, P),
        Row(_SELECTABLE, F, {"work_days": 100}),
        Row(_SELECTABLE, F, {"work_hours": 800}),
        Row(_SELECTABLE, F, {"household_income_monthly": 3_896_843}),
        Row(_SELECTABLE, P, {**YOUNG, "household_income_monthly": 7_793_685}),  # 120 % is 7,793,685.6
        Row(_SELECTABLE, F, {**YOUNG, "household_income_monthly": 7_793_686}),
        Row(_SELECTABLE, Q, {**AT_35, "household_income_monthly": 7_793_685}),
        Row(_SELECTABLE, F, {**AT_35, "household_income_monthly": 7_793_685, "military_extension_years": 0}),
        Row(_SELECTABLE, Q, {"work_hours": None}),
        *_AGES,
        *_LIMITS,
        *_EXCLUSIONS,
    ),
    whole=NEEDS_INFO,
)
_SERVED = "served-by-support-2"
_ABOVE = {"household_income_monthly": 6_494_739}
SUPPORT_2 = Table(
    PACKAGE,
    ("employment-support-2",),
    {_AGE: _COMMON_LAWS[_AGE], _SERVED: f"{_ACT} 6조 1항 (2025~2026)"},
    {**SUPPORTED, "household_income_monthly": 6_494_738, "priority_group": False},
    (
        Row(_SERVED, P),
        Row(_SERVED, F, _ABOVE),
        Row(_SERVED, P, {**_ABOVE, "priority_group": True}),
        Row(_SERVED, Q, {**_ABOVE, "priority_group": None}),
        Row(_SERVED, P, {**_ABOVE, **YOUNG}),
        Row(_SERVED, F, {**_ABOVE, **AT_35, "military_extension_years": 0}),
        Row(_SERVED, P, {**_ABOVE, **AT_35, "military_extension_years": 1}),
        Row(_SERVED, Q, {**_ABOVE, **AT_35}),
        Row(_SERVED, Q, {}, date(2027, 1, 1)),
        *_AGES,
    ),
)
_TRAINED, _PUBLIC = "of-training-age", "not-public-staff"
_LARGE, _SPECIAL = "not-well-paid-at-a-large-firm", "not-well-paid-of-special-type"
_BUSINESS, _STUDENT = "not-a-large-business", "not-long-before-graduation"
_AT_44 = {"employment_status": "large-firm", "birth_date": date(1981, 9, 2)}
_LEAP = {"birth_date": date(1952, 2, 29)}  # 75 on 1 March 2027
CARD = Table(
    PACKAGE,
    ("training-card",),
    dict.fromkeys((_TRAINED, _PUBLIC, _LARGE, _SPECIAL, _BUSINESS, _STUDENT), _CARD),
    {"birth_date": date(1990, 1, 1), "employment_status": "unemployed", "student": False},
    (
        Row(_TRAINED, P, {"birth_date": date(1951, 9, 2)}),
        Row(_TRAINED, F, {"birth_date": date(1951, 9, 1)}),
        Row(_TRAINED, P, {"birth_date": date(2011, 9, 1)}),
        Row(_TRAINED, F, {"birth_date": date(2011, 9, 2)}),
        Row(_TRAINED, P, _LEAP, date(2027, 2, 28)),
        Row(_TRAINED, F, _LEAP, date(2027, 3, 1)),
        Row(_PUBLIC, P),
        Row(_PUBLIC, F, {"employment_status": "civil-servant"}),
        Row(_PUBLIC, F, {"employment_status": "private-school-staff"}),
        Row(_PUBLIC, Q, {"employment_status": None}),
        Row(_LARGE, F, {**_AT_44, "own_income_monthly": 3_000_000}),
        Row(_LARGE, P, {**_AT_44, "own_income_monthly": 2_999_999}),
        Row(_LARGE, P, {**_AT_44, "birth_date": date(1981, 9, 1), "own_income_monthly": 3_000_000}),
        Row(_LARGE, Q, _AT_44),
        Row(
            _LARGE, Q, {"employment_status": "large-firm", "own_income_monthly": 3_000_000}, date(2027, 1, 1)
        ),
        Row(_SPECIAL, F, {"employment_status": "special-type", "own_income_monthly": 5_000_000}),
        Row(_SPECIAL, P, {"employment_status": "special-type", "own_income_monthly": 4_999_999}),
        Row(_BUSINESS, F, {"employment_status": "self-employed", "yearly_revenue": 400_000_000}),
        Row(_BUSINESS, P, {"employment_status": "self-employed", "yearly_revenue": 399_999_999}),
        Row(_STUDENT, F, {"student": True, "student_years_left": 3}),
        Row(_STUDENT, P, {"student": True, "student_years_left": 2}),
        Row(_STUDENT, Q, {"student": True}),
    ),
)
TABLES = (BENEFIT, SUPPORT_1, SELECTION, SUPPORT_2, CARD)
