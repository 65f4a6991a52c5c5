"""What could not be had is counted on both sides, by month, and small counts are told to nobody."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from ieum.delivery.maintenance.retention import clear_bodies
from ieum_lab.embedded.stack import Stack
from ieum_lab.testing.centre import Template
from tests.kit.api.agency_api import client_of, like
from tests.kit.api.referring import MARKS
from tests.kit.api.reported import NOW, Two, months_before, opened, report, table

pytestmark = pytest.mark.stack
UUID_TEXT = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}")
THIS_MONTH, BEFORE = months_before(NOW, 0), 40


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def two(stack: Stack, database_template: Template) -> AsyncIterator[Two]:
    """Decline, redirect and put off clients; what happened on one day stands in one month."""
    async with opened(stack, database_template) as made:
        referrals = await made.refer(24)
        await made.decide(referrals[:6], "declined", reason="no-capacity")
        await made.decide(referrals[6:8], "declined", reason="not-eligible")
        suggestion = {"agency": str(made.sender.me), "programme": "job-counselling"}
        await made.decide(referrals[8:14], "redirected", reason="wrong-service", suggestion=suggestion)
        await made.decide(referrals[14:20], "declined", reason="found-work")
        yield made


def _reasons(month: dict[str, Any]) -> dict[tuple[str, str], int | None]:
    return {
        (each["how"], each["reason"]): each.get("count")
        for programme in month["programmes"]
        for each in programme["reasons"]
    }


async def test_a_running_month_is_counted_in_fives_on_both_sides(two: Two) -> None:
    for api, role in ((two.recipient, "recipient"), (two.sender, "sender")):
        (month,) = (await report(api, "gaps"))["months"]
        assert (month["month"], month["complete"], month["role"]) == (THIS_MONTH, False, role)
        assert _reasons(month) == {
            ("declined", "no-capacity"): 5,
            ("declined", "not-eligible"): None,
            ("redirected", "wrong-service"): 5,
        }
        (programme,) = month["programmes"]
        assert (programme["agency"], programme["programme"]) == (str(two.recipient.me), "welfare-counselling")
        assert month["total"] == programme["total"] == {"at_least": 11, "hidden": 1}


async def test_a_month_that_is_over_is_counted_exactly_and_needs_no_body(two: Two) -> None:
    """A hundred days later, and with every body cleared: what was counted stays countable."""
    later = NOW + timedelta(days=100)
    async with two.sender.database.acquire() as connection:
        cleared = await clear_bodies(connection, NOW - timedelta(days=1), NOW + timedelta(days=1))
    async with client_of(like(two.sender, clock=lambda: later), two.sender.headers) as http:
        found = (await http.get("/v1/reports/gaps")).json()
    assert cleared or not found
    (month,) = found["months"]
    assert month["complete"] is True
    assert _reasons(month) == {
        ("declined", "no-capacity"): 6,
        ("declined", "not-eligible"): None,
        ("redirected", "wrong-service"): 6,
    }
    assert month["total"] == {"at_least": 13, "hidden": 1}


async def test_a_promise_that_was_not_kept_counts_from_its_day_on(two: Two) -> None:
    referrals = await two.refer(12)
    await two.decide(referrals, "waitlisted", expected_wait_days=3)
    await two.decide(referrals[:6], "accepted")
    await two.decide(referrals[6:], "waitlisted", expected_wait_days=50)

    async def waited(days: int) -> set[int | None]:
        async with client_of(
            like(two.sender, clock=lambda: NOW + timedelta(days=days)), two.sender.headers
        ) as http:
            months = (await http.get("/v1/reports/gaps")).json()["months"]
        return {_reasons(each).get(("waited-longer", "longer-than-promised"), 0) for each in months}

    assert await waited(2) == {0}
    assert await waited(65) & {5, 6} == {6}


async def test_a_report_holds_no_client_and_no_id(two: Two) -> None:
    for name in ("gaps", "flow"):
        for form in ("json", "csv"):
            text = (await two.sender.http.get(f"/v1/reports/{name}", params={"format": form})).text
            assert not UUID_TEXT.search(text)
            assert not any(mark in text for mark in (*MARKS, "T-"))


async def test_a_table_holds_what_the_report_says(two: Two) -> None:
    answer = await two.recipient.http.get("/v1/reports/gaps", headers={"accept": "text/csv"})
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"] == (
        f'attachment; filename="gaps-{months_before(NOW, 11)}-{THIS_MONTH}.csv"'
    )
    rows = {(row["how"], row["reason"]): row for row in table(answer.text)}
    assert rows["declined", "no-capacity"]["count"] == "5"
    small = rows["declined", "not-eligible"]
    assert (small["count"], small["suppressed"]) == ("", "yes")
    assert {row["agency"] for row in rows.values()} == {str(two.recipient.me)}


@pytest.mark.parametrize(
    ("params", "field", "code"),
    [
        ({"from": "2026-13"}, "from", "string_pattern_mismatch"),
        ({"from": "2026-1"}, "from", "string_pattern_mismatch"),
        ({"to": "2026-07-01"}, "to", "string_pattern_mismatch"),
        ({"from": "2026-03", "to": "2026-02"}, "from", "period-backwards"),
        ({"from": "2020-01", "to": "2026-02"}, "from", "period-too-long"),
        ({"to": "2099-01"}, "to", "period-future"),
        ({"format": "xlsx"}, "format", "enum"),
        ({"month": "2026-01"}, "month", "unknown"),
    ],
)
async def test_a_bad_period_is_explained_in_both_languages(
    two: Two, params: dict[str, str], field: str, code: str
) -> None:
    for name in ("gaps", "flow"):
        refused = await two.sender.http.get(f"/v1/reports/{name}", params=params)
        assert (refused.status_code, refused.json()["type"]) == (400, "urn:ieum:problem:query")
        (error,) = refused.json()["errors"]
        assert (error["field"], error["code"]) == (field, code)
        assert re.search("[가-힣]", error["detail_ko"])
        assert error["detail_en"].isascii()


async def test_only_a_report_is_given_as_a_table(two: Two) -> None:
    for path, accept, status in (
        ("/v1/reports/gaps", "text/html", 406),
        ("/v1/reports/gaps", "text/csv;q=0", 406),
        ("/v1/programmes", "text/csv", 406),
        ("/v1/reports/gaps", "text/csv", 200),
    ):
        answer = await two.sender.http.get(path, headers={"accept": accept})
        assert answer.status_code == status, (path, accept)
