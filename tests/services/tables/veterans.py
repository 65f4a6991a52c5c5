"""The veterans' centre: both sides of every boundary, with the law of each rule."""

from datetime import date

from tests.services.asking import NEEDS_INFO
from tests.services.tables.row import F, P, Q, Row, Table, held

PACKAGE = "services.veterans_center"
_FIVE, _JOBLESS, _SOON, _PENSION = (
    "served-five-years",
    "jobless-veteran",
    "applied-within-six-months",
    "without-military-pension",
)
ALLOWANCE = Table(
    PACKAGE,
    ("career-change-allowance",),
    {
        _FIVE: "제대군인법 2조 (2023)",
        _JOBLESS: "제대군인법 18조의2 (2023)",
        _SOON: "제대군인법 18조의2 (2023)",
        _PENSION: "제대군인법 18조의2 (2023)",
    },
    {
        "rank_class": "non-commissioned-officer",
        "service_months": 60,
        "employment_status": "unemployed",
        "searching": True,
        "discharge_date": date(2026, 3, 1),
        "benefits": [],
    },
    (
        Row(_FIVE, P),
        Row(_FIVE, F, {"service_months": 59}),
        Row(_FIVE, F, {"rank_class": "enlisted"}),
        Row(_FIVE, Q, {"service_months": None}),
        Row(_JOBLESS, P, {"rank_class": "officer"}),
        Row(_JOBLESS, F, {"employment_status": "employed"}),
        Row(_JOBLESS, F, {"searching": False}),
        Row(_SOON, P, {"discharge_date": date(2026, 9, 1)}),
        Row(_SOON, F, {"discharge_date": date(2026, 2, 28)}),
        Row(_SOON, P, {"discharge_date": date(2026, 2, 28)}, date(2026, 8, 31)),
        Row(_SOON, F, {"discharge_date": date(2026, 9, 2)}),
        Row(_SOON, Q, {"discharge_date": None}),
        Row(_PENSION, F, held("military-pension", "2026-09-01")),
        Row(_PENSION, P, held("military-pension", "2026-09-02")),
        Row(_PENSION, Q, {"benefits": None}),
    ),
)
_TEN, _LATELY = "served-ten-years", "discharged-within-three-years"
_LONG_AGO = {"discharge_date": date(2023, 8, 31)}
EMPLOYMENT = Table(
    PACKAGE,
    ("veterans-employment",),
    {_TEN: "제대군인법 14조 (2023)", _LATELY: "제대군인법 14조 (2023)"},
    {"rank_class": "officer", "service_months": 120, "discharge_date": date(2023, 9, 1)},
    (
        Row(_TEN, P),
        Row(_TEN, F, {"service_months": 119}),
        Row(_TEN, F, {"rank_class": "enlisted"}),
        Row(_TEN, Q, {"rank_class": None}),
        Row(_LATELY, P),
        Row(_LATELY, F, {**_LONG_AGO, "household_size": 1, "recognised_income_monthly": 1_282_120}),
        Row(
            _LATELY,
            Q,
            {**_LONG_AGO, "household_size": 1, "recognised_income_monthly": 1_282_119},
            whole=NEEDS_INFO,  # 50 % of 2,564,238 is 1,282,119: a person decides
        ),
        Row(_LATELY, Q, _LONG_AGO),
        Row(_LATELY, P, {"discharge_date": date(2024, 2, 29)}, date(2027, 2, 28)),
        Row(_LATELY, Q, {"discharge_date": date(2024, 2, 28)}, date(2027, 3, 1)),
    ),
)
TABLES = (ALLOWANCE, EMPLOYMENT)
