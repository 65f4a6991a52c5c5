"""The microfinance centre (서민금융센터)."""

from ieum.agency import Agency, Names
from services.microfinance_center.figures import FIGURES
from services.microfinance_center.programmes import PROGRAMMES

AGENCY = Agency(
    "microfinance-center",
    Names("서민금융센터", "Microfinance Center"),
    PROGRAMMES,
    rule_set="2026-11-28",
    figures=FIGURES,
)
