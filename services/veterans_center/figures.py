"""The numbers that the veterans' centre's rules read, and the amounts of its allowance."""

from ieum.casework.figures import MEDIAN_INCOME, Confidence, FigureTable, from_year

_ALLOWANCE = "제대군인법 18조의2, 전직지원금 지급 기준 (2023)"

FIGURES: FigureTable = {
    **MEDIAN_INCOME,
    "medium_term_months_min": (from_year(60, "제대군인법 2조", 2023),),
    "long_term_months_min": (from_year(120, "제대군인법 2조", 2023),),
    "months_to_apply_max": (from_year(6, "제대군인법 18조의2", 2023),),
    "months_since_discharge_max": (from_year(36, "제대군인법 14조", 2023),),
    "hardship_percent_max": (from_year(50, "제대군인법 14조", 2023, confidence=Confidence.MEDIUM),),
    "allowance_months_max": (from_year(6, _ALLOWANCE, 2023),),
    "allowance_medium_term_monthly": (from_year(500_000, _ALLOWANCE, 2023, confidence=Confidence.LOW),),
    "allowance_long_term_monthly": (from_year(700_000, _ALLOWANCE, 2023, confidence=Confidence.LOW),),
}
