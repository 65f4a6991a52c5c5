"""The employment centre (고용센터) of the Ministry of Employment and Labor."""

from ieum.agency import Agency, Names
from services.employment_center.figures import FIGURES
from services.employment_center.programmes import PROGRAMMES

AGENCY = Agency(
    "employment-center",
    Names("고용센터", "Employment Center"),
    PROGRAMMES,
    rule_set="2026-11-28",
    figures=FIGURES,
)
