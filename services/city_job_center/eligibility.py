"""Whom the city's job centre serves: whoever lives or works in the city, and its employers."""

from datetime import date
from functools import partial

from ieum.casework.conditions import Answer, Missing, Places, any_of, located_in
from ieum.casework.eligibility import Confidence, rule

CITY = "41630"
"""Yangju (경기도 양주시), by the first five digits of its 행정표준코드."""

_city = partial(
    rule,
    "양주시 일자리센터 이용 기준 (출처 연도 미상, 2025 적용)",
    since=date(2025, 1, 1),
    confidence=Confidence.MEDIUM,
    otherwise=("employment-center/re-employment-support",),
)


@_city("시에 거주하거나 시에 있는 사업장에서 근무 (소득·재산 무관)")
def lives_or_works_in_the_city(
    *, residence_municipality: Places | Missing, workplace_municipality: Places | Missing
) -> Answer:
    """Lives or works in the city; income and assets are not asked."""
    return any_of(located_in(residence_municipality, CITY), located_in(workplace_municipality, CITY))


@_city("시에 사업장이 있는 기업")
def workplace_in_the_city(*, workplace_municipality: Places | Missing) -> Answer:
    """Employer with a workplace in the city."""
    return located_in(workplace_municipality, CITY)
