"""The women's re-employment centre (여성새로일하기센터)."""

from ieum.agency import Agency, Names
from services.women_reemployment_center.figures import FIGURES
from services.women_reemployment_center.programmes import PROGRAMMES

AGENCY = Agency(
    "women-reemployment-center",
    Names("여성새로일하기센터", "Women's Re-employment Center"),
    PROGRAMMES,
    rule_set="2026-11-28",
    figures=FIGURES,
)
