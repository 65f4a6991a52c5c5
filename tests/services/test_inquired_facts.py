"""What leaves with an inquiry gives the very answer that all the facts would give, and less of the client."""

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ieum.agency import published
from ieum.casework.ages import age_on
from ieum.casework.eligibility import SENSITIVE, assess
from ieum.casework.projection import facts_read, projected
from ieum_contracts.circumstances import Circumstances
from services.city_welfare_team.agency import AGENCY as WELFARE
from services.employment_center.agency import AGENCY as EMPLOYMENT
from services.microfinance_center.agency import AGENCY as FINANCE
from services.veterans_center.agency import AGENCY as VETERANS
from services.women_reemployment_center.agency import AGENCY as WOMEN
from tests.services.arbitrary import FACTS, circumstances_with

AGENCIES = (EMPLOYMENT, WELFARE, FINANCE, VETERANS, WOMEN)
DAYS = st.dates(date(2024, 1, 1), date(2028, 12, 31))
OPEN_FACTS = [name for name in FACTS if name not in SENSITIVE]


@pytest.mark.parametrize("agency", AGENCIES, ids=lambda each: each.id)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(circumstances=circumstances_with(OPEN_FACTS), on=DAYS)
def test_the_rules_answer_the_same(agency: Any, circumstances: Any, on: date) -> None:
    given_facts = Circumstances.model_validate(circumstances)
    for programme in published(agency, 1):
        rule_set = agency.rule_sets[programme.programme]
        sent = projected(given_facts, facts_read([programme]), on)
        assert assess(rule_set, sent, on) == assess(rule_set, given_facts, on)


@given(birth=st.dates(date(1901, 1, 1), date(2028, 12, 31)), on=DAYS)
def test_a_birth_date_leaves_as_an_age(birth: date, on: date) -> None:
    fact = {"birth_date": {"value": birth.isoformat(), "source": "verified"}}
    sent = projected(Circumstances.model_validate(fact), frozenset({"birth_date"}), on)
    assert sent.birth_date is not None
    if birth > on:
        assert sent.birth_date.value == birth
        return
    assert age_on(sent.birth_date.value, on) == age_on(birth, on)
    assert (sent.birth_date.value.month, sent.birth_date.value.day) in {(on.month, on.day), (2, 28)}


def test_no_rule_has_a_sensitive_fact_sent() -> None:
    for agency in AGENCIES:
        assert not facts_read(published(agency, 1)) & SENSITIVE
