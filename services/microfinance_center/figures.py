"""The numbers that the microfinance centre's rules read, and what its loans come to."""

from ieum.casework.ages import AgeBand
from ieum.casework.figures import Confidence, FigureTable, from_year, of_years

_CCRS = "신용회복위원회 신용회복지원협약"
_SPECIAL = "서민금융진흥원 햇살론 특례보증 (2026-01)"
_YOUTH = "서민금융진흥원 햇살론 유스 (2025~2026)"
_BANK = "서민금융진흥원 햇살론 뱅크 (2025~2026)"
_SMILE = "미소금융 대출 기준 (출처 연도 미상)"
_MEDIUM, _LOW = Confidence.MEDIUM, Confidence.LOW

FIGURES: FigureTable = {
    "prompt_arrears_days_max": (from_year(30, _CCRS, 2026),),
    "pre_arrears_days_min": (from_year(31, _CCRS, 2026),),
    "pre_arrears_days_max": (from_year(89, _CCRS, 2026),),
    "individual_arrears_days_min": (from_year(90, _CCRS, 2026),),
    "total_debt_max": (of_years(1_500_000_000, _CCRS, 2026),),
    "unsecured_debt_max": (of_years(500_000_000, _CCRS, 2026),),
    "secured_debt_max": (of_years(1_000_000_000, _CCRS, 2026),),
    "special_income_max": (of_years(35_000_000, _SPECIAL, 2026, confidence=_MEDIUM),),
    "special_percentile_max": (of_years(20, _SPECIAL, 2026, confidence=_MEDIUM),),
    "special_loan_max": (of_years(10_000_000, _SPECIAL, 2026, confidence=_MEDIUM),),
    "special_interest_permille": (of_years(125, _SPECIAL, 2026, confidence=_MEDIUM),),
    "special_interest_vulnerable_permille": (of_years(99, _SPECIAL, 2026, confidence=_MEDIUM),),
    "youth_ages": (of_years(AgeBand(0, 34), _YOUTH, 2026, confidence=_MEDIUM),),
    "youth_income_max": (of_years(35_000_000, _YOUTH, 2026, confidence=_MEDIUM),),
    "youth_loan_lifetime_max": (of_years(12_000_000, _YOUTH, 2026, confidence=_MEDIUM),),
    "bank_loan_months_min": (from_year(6, _BANK, 2026, confidence=_MEDIUM),),
    "bank_repaid_months_max": (from_year(36, _BANK, 2026, confidence=_MEDIUM),),
    "bank_loan_max": (of_years(25_000_000, _BANK, 2026, confidence=_MEDIUM),),
    "smile_percentile_max": (of_years(20, _SMILE, 2026, confidence=_LOW),),
}
