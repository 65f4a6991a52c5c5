"""The numbers that the employment centre's rules read, and the amounts that its programmes pay."""

from ieum.casework.ages import AgeBand
from ieum.casework.figures import MEDIAN_INCOME, Confidence, FigureTable, from_year, of_years

_ACT = "구직자취업촉진법"
_CARD = "국민내일배움카드 운영규정"
_MEDIUM = Confidence.MEDIUM

FIGURES: FigureTable = {
    **MEDIAN_INCOME,
    "insured_days_min": (from_year(180, "고용보험법 40조 1항 1호", 2026),),
    "months_to_apply_max": (from_year(12, "고용보험법 48조", 2026),),
    "daily_benefit_max": (of_years(68_100, "고용보험법 시행령 68조, 2026년 구직급여 상한액(일)", 2026),),
    "daily_benefit_min": (of_years(66_048, "고용보험법 46조, 2026년 구직급여 하한액(일)", 2026),),
    "working_ages": (
        from_year(AgeBand(15, 64), f"{_ACT} 6조 1항 (법 15~64세)", 2025),
        from_year(AgeBand(15, 69), "국민취업지원제도 운영 기준 (운영 15~69세)", 2025, confidence=_MEDIUM),
    ),
    "support_1_income_percent_max": (from_year(60, f"{_ACT} 7조 1항", 2025),),
    "support_1_assets_max": (of_years(400_000_000, f"{_ACT} 시행령 3조", 2025, 2026),),
    "support_1_assets_young_max": (
        of_years(500_000_000, "국민취업지원제도 운영 기준", 2025, 2026, confidence=_MEDIUM),
    ),
    "assets_young_ages": (
        from_year(AgeBand(18, 34, 3), "국민취업지원제도 운영 기준, 시행령 2조", 2025, confidence=_MEDIUM),
    ),
    "youth_ages": (from_year(AgeBand(15, 34, 3), f"{_ACT} 시행령 2조 (병역 기간만큼, 3년까지)", 2025),),
    "work_days_min": (from_year(100, f"{_ACT} 7조 1항", 2025),),
    "work_hours_min": (from_year(800, f"{_ACT} 7조 1항", 2025),),
    "selection_youth_percent_max": (from_year(120, f"{_ACT} 7조 2항", 2025),),
    "months_without_benefit_min": (from_year(6, f"{_ACT} 시행령 5조", 2025),),
    "own_income_percent_below": (from_year(60, f"{_ACT} 시행령 5조", 2025),),
    "discharge_months_max": (from_year(2, f"{_ACT} 시행령 5조", 2025),),
    "support_2_income_percent_max": (from_year(100, f"{_ACT} 6조 1항", 2025, confidence=_MEDIUM),),
    "card_ages": (from_year(AgeBand(15, 74), _CARD, 2025, confidence=_MEDIUM),),
    "large_firm_ages": (from_year(AgeBand(0, 44), f"{_CARD} (45세 미만)", 2025, confidence=_MEDIUM),),
    "large_firm_pay_min": (of_years(3_000_000, _CARD, 2025, 2026, confidence=_MEDIUM),),
    "special_type_pay_min": (of_years(5_000_000, _CARD, 2025, 2026, confidence=_MEDIUM),),
    "yearly_revenue_min": (of_years(400_000_000, _CARD, 2025, 2026, confidence=_MEDIUM),),
    "student_years_left_max": (from_year(2, _CARD, 2025, confidence=_MEDIUM),),
}
