"""Assessments between two agencies: refused days, facts that come later, and a rule that fails."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from ieum.application.event_handler import EventHandler
from ieum.casework.conditions import Answer, Missing
from ieum.casework.eligibility import RuleSet, rule
from ieum.casework.values import AgencyView
from ieum.observe.metrics import CaseworkMeasures
from tests.kit.api.agency_api import Api, settle
from tests.kit.api.referring import MARKS, referral_order

pytestmark = pytest.mark.stack
NO_DAYS = ("0001-01-01", "1900-01-01", "1970-01-01", "9999-12-31")
FIELD = "/sealed/circumstances/discharge_date/value"


@rule("시험법 1조 (2020)", "늘 실패함", since=date(2020, 1, 1))
def broken(*, household_size: int | Missing) -> Answer:
    """Divide by nothing."""
    return household_size // 0 > 0 if isinstance(household_size, int) else None


def facts(**values: object) -> dict[str, Any]:
    """Write circumstances as the client states them."""
    return {name: {"value": value, "source": "stated"} for name, value in values.items()}


async def refer(api: Api, welfare: Api, programme: str, circumstances: Mapping[str, Any]) -> str:
    """Refer a client, and carry all that follows; returns the referral's path."""
    order = referral_order(api.peer, programme=programme)
    order["sealed"]["circumstances"] = circumstances
    order["sealed"]["consent"]["purpose"] = programme
    answer = await api.post("/v1/referrals", order)
    assert answer.status_code == 201, answer.text
    await settle(api, welfare)
    return str(answer.headers["location"])


async def assessments(one: Api, path: str) -> tuple[dict[str, Any], int]:
    """Read the assessment that an agency shows, and count those in its history."""
    found = (await one.http.get(path)).json()
    (advice,) = found["assessment"]["programmes"]
    return advice, [each["type"] for each in found["history"]].count("eligibility.assessed.v1")


@pytest.mark.parametrize("day", NO_DAYS)
async def test_a_day_that_is_none_is_refused_by_its_field(api: Api, order: dict[str, Any], day: str) -> None:
    order["sealed"]["circumstances"] = facts(discharge_date=day)
    answer = await api.post("/v1/referrals", order)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:ieum:problem:validation")
    assert FIELD in answer.text
    assert "1930 to 2089" in answer.text


@pytest.mark.parametrize(("language", "wording"), [("ko", "본인 소득은"), ("en", "The own income is")])
async def test_facts_that_contradict_each_other_are_refused_by_the_field_and_its_limit(
    api: Api, order: dict[str, Any], language: str, wording: str
) -> None:
    given = facts(household_income_monthly=1_000_000, own_income_monthly=1_000_001, work_days=732)
    order["sealed"]["circumstances"] = given | facts(birth_date="2089-01-01", household_assets=-(10**13))
    answer = await api.post("/v1/referrals", order, accept_language=language)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:ieum:problem:validation")
    found = {each["field"].removeprefix("/sealed/circumstances/"): each for each in answer.json()["errors"]}
    assert wording in found["own_income_monthly"]["detail"]
    assert "household_income_monthly" in found["own_income_monthly"]["detail"]
    assert found["work_days/value"]["le"] == 731
    assert found["household_assets/value"]["ge"] == -(10**12)
    order["sealed"]["circumstances"] = facts(birth_date="2089-01-01")
    answer = await api.post("/v1/referrals", order, accept_language=language)
    (error,) = answer.json()["errors"]
    assert error["field"] == "/sealed/circumstances/birth_date/value"
    assert error["code"] == "time_too_late"


async def test_facts_that_are_supplied_or_amended_are_assessed_again(api: Api, welfare: Api) -> None:
    path = await refer(api, welfare, "livelihood", facts(household_size=4))
    advice, said = await assessments(api, path)
    first = advice["as_of"]
    assert (advice["likelihood"], advice["cause"], said) == ("needs-info", "facts-missing", 1)
    assert advice["rules"][0]["missing"] == ["circumstances.recognised_income_monthly"]
    await welfare.post(f"{path}/decisions", {"decision": "info-requested", "questions": ["income"]})
    await settle(welfare, api)
    for count, (ask, income, likelihood) in enumerate(
        (("info-supplied", 500_000, "likely"), ("amended", 5_000_000, "unlikely")), start=2
    ):
        news = {"circumstances": facts(recognised_income_monthly=income)}
        answer = await api.post(f"{path}/asks", {"ask": ask, "sealed": news})
        assert answer.status_code == 200, answer.text
        await settle(api, welfare)
        for one in (api, welfare):
            advice, said = await assessments(one, path)
            assert (advice["likelihood"], said) == (likelihood, count)
            assert advice["as_of"] == first


async def test_a_rule_that_fails_is_logged_and_counted_and_the_referral_is_received(
    api: Api, welfare: Api
) -> None:
    registry = CollectorRegistry()
    rule_sets = {"livelihood": RuleSet("livelihood", "test/1", (broken,))}
    view = AgencyView(welfare.me, rule_sets, welfare.api_context.handler.view.published)
    handler = EventHandler(view, welfare.api_context.handler.peers, CaseworkMeasures(registry))
    failing = replace(welfare, api_context=replace(welfare.api_context, handler=handler))
    with capture_logs() as lines:
        path = await refer(api, failing, "livelihood", facts(household_size=4))
    assert [line for line in lines if line["event"] == "rule.failed"] == [
        {
            "event": "rule.failed",
            "log_level": "error",
            "programme": "livelihood",
            "rule": "broken",
            "error": "ZeroDivisionError",
        }
    ]
    assert not any(mark in str(lines) for mark in MARKS)
    labels = {"programme": "livelihood", "rule": "broken"}
    assert registry.get_sample_value("ieum_rules_failed_total", labels) == 1
    found = (await api.http.get(path)).json()
    assert found["state"] == "received"
    advice, _ = await assessments(api, path)
    assert (advice["likelihood"], advice["cause"]) == ("needs-info", "rule-failed")
    answer = await api.post(f"{path}/asks", {"ask": "cancel-requested", "reason": "client-declined"})
    assert answer.status_code == 200
    await settle(api, failing)
    assert (await api.http.get(path)).json()["state"] == "cancelled"
