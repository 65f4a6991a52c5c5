"""Whom the city's job centre serves: whoever lives or works in the city, and its employers."""

from datetime import date
from functools import partial

from ieum.casework.conditions import any_of, one_of
from ieum.casework.eligibility import Confidence, rule

CITY = ("yangju", "양주시")
"""The city as a municipality may be written in a referral."""

_city = partial(
    rule,
    "양주시 일자리센터 이용 기준 (출처 연도 미상, 2025 적용)",
    since=date(2025, 1, 1),
    confidence=Confidence.MEDIUM,
)


@_city("시에 거주하거나 시에 있는 사업장에서 근무 (소득·재산 무관)")
def lives_or_works_in_the_city(
    *, residence_municipality: str | None, workplace_municipality: str | None
) -> bool | None:
    """Lives or works in the city; income and assets are not asked."""
    return any_of(one_of(residence_municipality, *CITY), one_of(workplace_municipality, *CITY))


@_city("시에 사업장이 있는 기업")
def workplace_in_the_city(*, workplace_municipality: str | None) -> bool | None:
    """Employer with a workplace in the city."""
    return one_of(workplace_municipality, *CITY)
