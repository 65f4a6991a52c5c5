"""The numbers that the women's centre's rules read."""

from ieum.casework.figures import Confidence, FigureTable, of_years

_GUIDE = "새일여성인턴 운영지침 2025"

FIGURES: FigureTable = {
    "post_hours_min": (of_years(35, f"{_GUIDE}, 주 소정근로시간", 2025, confidence=Confidence.MEDIUM),),
    "post_hours_marriage_immigrant_min": (
        of_years(30, f"{_GUIDE}, 주 소정근로시간 (결혼이민자)", 2025, confidence=Confidence.MEDIUM),
    ),
    "post_months_min": (of_years(3, f"{_GUIDE}, 개월", 2025, confidence=Confidence.MEDIUM),),
}
