"""What is due over HTTP: ordered by harm, paged, filtered, and as a calendar feed without a client."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.kit.api.agency_api import Api, client_of, like, settle
from tests.kit.api.referring import MARKS, referral_order

pytestmark = pytest.mark.stack
LATER = datetime.now(UTC) + timedelta(days=400)


async def _referred(api: Api, welfare: Api, *decisions: dict[str, object], **order: object) -> str:
    made = await api.post("/v1/referrals", referral_order(api.peer, **order))
    assert made.status_code == 201, made.text
    referral = str(made.json()["id"])
    await settle(api, welfare)
    for decision in decisions:
        decided = await welfare.post(f"/v1/referrals/{referral}/decisions", decision)
        assert decided.status_code == 200, decided.text
    await settle(api, welfare)
    return referral


async def _all(api: Api, **wanted: str) -> list[dict[str, object]]:
    """Read every page of what is due a year from now, a few at a time."""
    found: list[dict[str, object]] = []
    async with client_of(like(api, clock=lambda: LATER), api.headers) as http:
        cursor: dict[str, str] = {}
        for _ in range(500):
            page = (await http.get("/v1/due", params={"limit": "3", **wanted, **cursor})).json()
            found += page["due"]
            if page.get("next") is None:
                return found
            cursor = {"cursor": page["next"]}
    raise AssertionError("The pages never end.")


async def test_what_is_due_is_listed_by_harm_with_who_has_to_act(api: Api, welfare: Api) -> None:
    urgent = {"priority": "urgent", "priority_cause": "no-means-today"}
    crisis = await _referred(api, welfare, priority="crisis", priority_cause="safety")
    routine = await _referred(api, welfare, priority="routine", priority_cause=None)
    soon = await _referred(api, welfare, **urgent)
    asked = await _referred(api, welfare, {"decision": "info-requested", "questions": ["income"]})
    mine = [each for each in await _all(welfare) if each["referral"] in {crisis, routine, soon, asked}]
    assert [each["referral"] for each in mine] == [crisis, soon, asked, routine]
    assert [each["harm"] for each in mine] == sorted(int(str(each["harm"])) for each in mine)
    assert {each["level"] for each in mine} == {"overdue"}
    assert [each["holder"] for each in mine] == [
        str(welfare.me),
        str(welfare.me),
        str(api.me),
        str(welfare.me),
    ]
    assert mine[2]["reason"] == "info-not-supplied"
    theirs = [each["referral"] for each in await _all(api, mine="true")]
    assert asked in theirs
    assert routine not in theirs
    assert {each["clock"] for each in await _all(welfare, clock="info-request")} == {"info-request"}


async def test_pages_hold_everything_once_and_what_is_late_comes_first(api: Api, welfare: Api) -> None:
    for _ in range(4):
        await _referred(api, welfare, {"decision": "accepted"})
    await _referred(api, welfare, priority="crisis", priority_cause="safety")
    found = await _all(welfare)
    keys = [(each["referral"], each["clock"]) for each in found]
    assert len(keys) == len(set(keys)) >= 4
    first = datetime.fromisoformat(min(str(each["due_at"]) for each in found))
    async with client_of(like(welfare, clock=lambda: first), welfare.headers) as http:
        shown = (await http.get("/v1/due", params={"limit": "200"})).json()["due"]
    late = ["level" in each for each in shown]
    assert set(late) == {True, False}
    assert late == sorted(late, reverse=True)
    until = (await welfare.http.get("/v1/due", params={"until": "2020-01-01T00:00:00Z"})).json()
    assert until == {"due": []}


async def test_a_referral_shows_its_clocks(api: Api, welfare: Api) -> None:
    referral = await _referred(api, welfare, {"decision": "info-requested", "questions": ["income"]})
    for side in (api, welfare):
        shown = (await side.http.get(f"/v1/referrals/{referral}")).json()["clocks"]
        assert {each["clock"]: "due_at" in each for each in shown} == {
            "decision": False,
            "info-request": True,
        }
    listed = (await api.http.get("/v1/referrals", params={"limit": "1"})).json()["referrals"]
    assert [each["clock"] for each in listed[0]["clocks"]]


@pytest.mark.parametrize(
    "query", [{"cursor": "bm9uc2Vuc2U"}, {"clock": "cuckoo"}, {"mine": "perhaps"}, {"until": "soon"}]
)
async def test_a_wrong_filter_is_refused(api: Api, query: dict[str, str]) -> None:
    answer = await api.http.get("/v1/due", params=query)
    assert answer.status_code == 400, answer.text


async def test_the_feed_is_no_json(api: Api) -> None:
    answer = await api.http.get("/v1/due.ics", headers={"accept": "application/json"})
    assert answer.status_code == 406


async def test_the_feed_is_a_calendar_and_tells_nothing_of_a_client(api: Api, welfare: Api) -> None:
    referral = await _referred(api, welfare)
    answer = await welfare.http.get("/v1/due.ics", headers={"accept": "text/calendar"})
    assert answer.headers["content-type"].startswith("text/calendar")
    text = answer.text
    assert text.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
    assert text.endswith("END:VCALENDAR\r\n")
    assert text.count("BEGIN:VEVENT") == text.count("END:VEVENT") >= 1
    assert f"UID:{referral}.decision@" in text.replace("\r\n ", "")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    order = referral_order(welfare.me)
    assert not any(mark in text for mark in (*MARKS, str(order["programme"])))
