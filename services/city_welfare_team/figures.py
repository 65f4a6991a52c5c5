"""The numbers that the welfare team's rules read; of emergency relief the caps of each kind of place."""

from ieum.casework.figures import MEDIAN_INCOME, BySize, Confidence, FigureTable, from_year, of_years

_RELIEF = "긴급복지지원 재산 기준 고시 2025"
_MEDIUM = Confidence.MEDIUM

FIGURES: FigureTable = {
    **MEDIAN_INCOME,
    "livelihood_percent_max": (from_year(32, "국민기초생활 보장법 8조", 2026),),
    "medical_percent_max": (from_year(40, "국민기초생활 보장법 12조의3", 2026),),
    "housing_percent_max": (from_year(48, "주거급여법 5조", 2026),),
    "education_percent_max": (from_year(50, "국민기초생활 보장법 12조", 2026),),
    "relief_percent_max": (from_year(75, "긴급복지지원법 시행령 7조", 2025, confidence=_MEDIUM),),
    "relief_assets_city_max": (of_years(152_000_000, f"{_RELIEF}, 중소도시", 2025, confidence=_MEDIUM),),
    "relief_assets_metro_max": (of_years(241_000_000, f"{_RELIEF}, 대도시", 2025, confidence=_MEDIUM),),
    "relief_assets_rural_max": (of_years(130_000_000, f"{_RELIEF}, 농어촌", 2025, confidence=_MEDIUM),),
    "relief_financial_assets_max": (
        of_years(
            BySize({4: 12_097_000}), "긴급복지지원 금융재산 기준 고시 2025, 4인", 2025, confidence=_MEDIUM
        ),
    ),
    "need_areas_min": (from_year(2, "사회보장급여법 42조의2", 2026),),
}
"""Yangju counts among the small and middle cities (중소도시); the other caps stand here for other centres."""
