"""The city's job centre (시 일자리센터)."""

from ieum.agency import Agency, Names
from services.city_job_center.programmes import PROGRAMMES

AGENCY = Agency(
    "city-job-center", Names("시 일자리센터", "City Job Center"), PROGRAMMES, rule_set="2026-11-28"
)
