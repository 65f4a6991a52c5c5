"""The veterans' centre (제대군인센터)."""

from ieum.agency import Agency, Names
from services.veterans_center.figures import FIGURES
from services.veterans_center.programmes import PROGRAMMES

AGENCY = Agency(
    "veterans-center",
    Names("제대군인센터", "Veterans Center"),
    PROGRAMMES,
    rule_set="2026-11-28",
    figures=FIGURES,
)
