"""The women's centre: both sides of every boundary, with the law of each rule."""

from datetime import date

from tests.services.asking import NEEDS_INFO
from tests.services.tables.row import F, P, Q, Row, Table

PACKAGE = "services.women_reemployment_center"
_WOMAN, _BEFORE, _AFTER, _POST = (
    "woman-willing-to-work",
    "career-interrupted",
    "career-experienced",
    "post-long-enough",
)
_LAWS = {
    _WOMAN: "여성경제활동법 2조 (2022~2026)",
    _BEFORE: "여성경제활동법 2조 (2022-06-08 ~ 2026-06-30)",
    _AFTER: "여성경제활동법 2조 (2026-07-01부터)",
}
_LAST, _FIRST = date(2026, 6, 30), date(2026, 7, 1)
_OTHER = {"career_break_reason": "other", "never_worked": False}
RETURNING = {"sex": "female", "willing_to_work": True, "career_break_reason": "childcare"}
SERVED = Table(
    PACKAGE,
    ("women-counselling", "women-training"),
    _LAWS,
    RETURNING,
    (
        Row(_WOMAN, P),
        Row(_WOMAN, F, {"sex": "male"}),
        Row(_WOMAN, F, {"willing_to_work": False}),
        Row(_WOMAN, Q, {"willing_to_work": None}),
        Row(_BEFORE, P, {}, _LAST),
        Row(_BEFORE, F, {**_OTHER, "marriage_immigrant": False}, _LAST),
        Row(_BEFORE, P, {**_OTHER, "marriage_immigrant": True}, _LAST),
        Row(_AFTER, P, {}, _FIRST),
        Row(_AFTER, F, {**_OTHER, "marriage_immigrant": False}, _FIRST),
        Row(_AFTER, P, {"career_break_reason": "working-conditions"}),
        Row(_AFTER, P, {"career_break_reason": None, "never_worked": True}),
        Row(_AFTER, Q, {"career_break_reason": None, "never_worked": False}),
        Row(_AFTER, Q, _OTHER),
    ),
)
_2025 = date(2025, 12, 31)
INTERNSHIP = Table(
    PACKAGE,
    ("women-internship",),
    {**_LAWS, _POST: "새일여성인턴 운영지침 (2025)"},
    {**RETURNING, "post_weekly_hours": 35, "post_months": 3},
    (
        Row(_POST, P, {}, _2025),
        Row(_POST, F, {"post_weekly_hours": 34, "marriage_immigrant": False}, _2025),
        Row(_POST, P, {"post_weekly_hours": 30, "marriage_immigrant": True}, _2025),
        Row(_POST, F, {"post_weekly_hours": 29, "marriage_immigrant": True}, _2025),
        Row(_POST, Q, {"post_weekly_hours": 30}, _2025),
        Row(_POST, F, {"post_months": 2}, _2025),
        Row(_POST, Q, {"post_weekly_hours": None, "post_months": None}, _2025),
        Row(_POST, Q, {}, date(2026, 1, 1)),  # a year without a figure
        Row(_WOMAN, P, {}, _2025),
        Row(_WOMAN, F, {"sex": "male"}, _2025),
        Row(_BEFORE, P, {}, _LAST, whole=NEEDS_INFO),
        Row(_BEFORE, F, {**_OTHER, "marriage_immigrant": False}, _LAST),
        Row(_AFTER, P, {}, _FIRST, whole=NEEDS_INFO),
        Row(_AFTER, F, {**_OTHER, "marriage_immigrant": False}, _FIRST),
    ),
)
TABLES = (SERVED, INTERNSHIP)
