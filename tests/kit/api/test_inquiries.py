"""Inquiries between agencies: asked without a name, answered by the rules, cited by a referral, compared."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from ieum.application.event_handler import EventHandler
from ieum.casework.values import AgencyView
from tests.kit.api.agency_api import Api, settle
from tests.kit.api.foreign import settle_all
from tests.kit.api.inquiring import answered, asked, facts, inquire
from tests.kit.api.referring import referral_order

pytestmark = pytest.mark.stack
PATH = "/v1/inquiries"
POOR = facts(household_size=4, recognised_income_monthly=500_000)


async def test_an_agency_answers_at_once_and_the_asker_reads_it(api: Api, welfare: Api) -> None:
    made = await inquire(api, POOR, programmes=["livelihood"])
    (waiting,) = made["inquiries"]
    assert (made["waiting"], waiting["state"], waiting["recipient"]) == (1, "waiting", welfare.me.agency)
    assert waiting["asked_at"] == made["asked_at"]
    await settle(api, welfare)
    shown = await api.http.get(f"{PATH}/{made['id']}")
    (answer,) = shown.json()["inquiries"]
    assert (shown.json()["waiting"], answer["state"]) == (0, "answered")
    (advice,) = answer["assessed"]
    assert (advice["programme"], advice["likelihood"]) == ("livelihood", "likely")
    assert shown.headers["etag"] != '"1"'


async def test_which_of_yours_is_answered_by_every_programme_with_rules_for_persons(
    api: Api, welfare: Api
) -> None:
    found = await answered(api, welfare, POOR)
    (answer,) = found["inquiries"]
    rule_sets = welfare.api_context.handler.view.rule_sets
    ruled = sorted(name for name, each in rule_sets.items() if each.rules)
    assert sorted(each["programme"] for each in answer["assessed"]) == ruled


async def test_nothing_travels_but_what_the_rules_read_and_a_birth_date_only_as_an_age(
    api: Api, welfare: Api
) -> None:
    given = {**POOR, **facts(birth_date="1988-05-20", debt_note=1, unsecured_debt=7, job_wanted="용접")}
    del given["debt_note"]
    found = await inquire(api, given, programmes=["livelihood"])
    body = await asked(api, found["inquiries"][0]["id"])
    assert set(body) == {"programmes", "subject", "sealed"}
    assert set(body["sealed"]) == {"circumstances"}
    assert set(body["sealed"]["circumstances"]) == {"household_size", "recognised_income_monthly"}
    young = {**facts(birth_date="1988-05-20", own_income_annual=1), **facts(marriage_immigrant=True)}
    back = await inquire(welfare, young, programmes=["training-card"])
    body = await asked(welfare, back["inquiries"][0]["id"])
    assert body["sealed"]["circumstances"]["birth_date"]["value"] != "1988-05-20"
    assert "marriage_immigrant" not in body["sealed"]["circumstances"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"programmes": ["no-such-programme"]}, "programme-not-published"),
        ({"recipients": ["nobody-here"]}, "programme-not-published"),
        ({"recipients": ["employment-center"]}, "programme-not-published"),
        ({"programmes": ["livelihood", "no-such-programme"]}, "programme-not-published"),
        ({"subject": "employer", "programmes": ["livelihood"]}, "programme-not-published"),
    ],
)
async def test_who_cannot_be_asked_is_said_and_nothing_is_asked(
    api: Api, changes: dict[str, Any], reason: str
) -> None:
    answer = await api.post(PATH, {"sealed": {"circumstances": POOR}, **changes})
    assert (answer.status_code, answer.json()["reason"]) == (422, reason)
    assert answer.json()["type"] == "urn:ieum:problem:programme"


async def test_a_referral_cites_the_answer_and_both_desks_see_what_differs(api: Api, welfare: Api) -> None:
    found = await answered(api, welfare, POOR, programmes=["livelihood"])
    (answer,) = found["inquiries"]
    richer = facts(household_size=4, recognised_income_monthly=5_000_000)
    path = await _refer(api, welfare, answer, richer)
    for one in (api, welfare):
        shown = (await one.http.get(path)).json()["assessment_differs"]
        assert (shown["held"], shown["differs"], shown["inquiry"]) == (True, True, answer["id"])
        assert (shown["cited"]["likelihood"], shown["present"]["likelihood"]) == ("likely", "unlikely")
        (rule,) = shown["rules"]
        assert (rule["cited"], rule["present"]) == ("pass", "fail")
    assert (await api.http.get(f"{PATH}/{found['id']}")).json()["inquiries"][0]["cited"]
    same = await answered(api, welfare, POOR, programmes=["livelihood"])
    path = await _refer(api, welfare, same["inquiries"][0], POOR)
    for one in (api, welfare):
        shown = (await one.http.get(path)).json()["assessment_differs"]
        assert (shown["held"], shown["differs"], shown["rules"]) == (True, False, [])


async def test_a_citation_that_does_not_fit_is_refused(api: Api, welfare: Api) -> None:
    waiting = (await inquire(api, POOR, programmes=["livelihood"]))["inquiries"][0]
    order = referral_order(welfare.me, programme="livelihood")
    for cited, reason in (
        ({"event": str(uuid4()), "inquiry": str(uuid4())}, "inquiry-unknown"),
        ({"event": str(uuid4()), "inquiry": waiting["id"]}, "inquiry-not-answered"),
    ):
        answer = await api.post("/v1/referrals", {**order, "assessment": cited})
        assert (answer.status_code, answer.json()["reason"]) == (422, reason)
        assert answer.json()["type"] == "urn:ieum:problem:assessment"
    await settle(api, welfare)
    done = (await answered(api, welfare, POOR, programmes=["livelihood"]))["inquiries"][0]
    wrong = {"event": str(uuid4()), "inquiry": done["id"]}
    other = referral_order(welfare.me, programme="housing")
    for order_, cited, reason in (
        (order, wrong, "answer-of-another-inquiry"),
        (other, {"event": done["event"], "inquiry": done["id"]}, "inquiry-of-another-programme"),
    ):
        answer = await api.post("/v1/referrals", {**order_, "assessment": cited})
        assert (answer.status_code, answer.json()["reason"]) == (422, reason)


async def test_a_recipient_that_does_not_offer_it_refuses_and_the_asker_is_told(
    api: Api, welfare: Api
) -> None:
    view = AgencyView(welfare.me, {}, welfare.api_context.handler.view.published)
    handler = EventHandler(view, welfare.api_context.handler.peers)
    empty = replace(welfare, api_context=replace(welfare.api_context, handler=handler))
    made = await inquire(api, POOR, programmes=["livelihood"])
    await settle_all(api, empty)
    shown = (await api.http.get(f"{PATH}/{made['id']}")).json()
    (refused,) = shown["inquiries"]
    assert (shown["waiting"], refused["state"], refused["reason"]) == (0, "refused", "programme-not-offered")


async def test_a_repeated_call_asks_once(api: Api, welfare: Api) -> None:
    key, order = str(uuid4()), {"programmes": ["livelihood"], "sealed": {"circumstances": POOR}}
    first = await api.post(PATH, order, key=key)
    again = await api.post(PATH, order, key=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again.headers["idempotent-replayed"] == "true"
    await settle(api, welfare)


async def _refer(api: Api, welfare: Api, answer: dict[str, Any], circumstances: object) -> str:
    order = referral_order(
        welfare.me,
        programme="livelihood",
        assessment={"event": answer["event"], "inquiry": answer["id"]},
    )
    order["sealed"]["circumstances"] = circumstances
    made = await api.post("/v1/referrals", order)
    assert made.status_code == 201, made.text
    await settle(api, welfare)
    return str(made.headers["location"])
