"""The city's welfare team (시 복지지원팀)."""

from ieum.agency import Agency, Names
from services.city_welfare_team.figures import FIGURES
from services.city_welfare_team.programmes import PROGRAMMES

AGENCY = Agency(
    "city-welfare-team",
    Names("시 복지지원팀", "City Welfare Team"),
    PROGRAMMES,
    rule_set="2026-11-28",
    figures=FIGURES,
)
