"""Two agencies whose time runs a year ahead: deadlines go by it, and what is kept or tried again does not."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from ieum.delivery.agency_time import AgencyTime
from ieum.storage.inquiry_erasure import expire_inquiries
from ieum_contracts import envelope
from tests.kit.api.agency_api import Api, carry, client_of, like, settle
from tests.kit.api.inquiring import answered, facts
from tests.kit.api.referring import referral_order

pytestmark = pytest.mark.stack
START = datetime.now(UTC)
YEAR_AHEAD = AgencyTime(START, START + timedelta(days=365), speed=2_000)
SAID = "select headers, at, now() as real from ledger where key = $1 and said order by sequence"
PARKED = "select since, retry_at, now() as real from parked where key = $1"
KEYS = "select count(*) from idempotency where at > now()"
A_MINUTE = timedelta(minutes=1)


@asynccontextmanager
async def ahead(api: Api) -> AsyncIterator[Api]:
    """Give the same agency, a year ahead."""
    app = like(api, agency_time=YEAR_AHEAD)
    context = replace(api.api_context.delivery, agency_time=YEAR_AHEAD)
    async with client_of(app, api.headers) as http:
        yield replace(api, app=app, http=http, api_context=replace(api.api_context, delivery=context))


async def _said(api: Api, referral: str) -> list[tuple[datetime, bool]]:
    """Give the time that each event says it was said at, and whether it was written just now."""
    async with api.database.acquire() as connection:
        rows = await connection.fetch(SAID, UUID(referral))
    return [
        (
            datetime.fromisoformat(dict(envelope.from_canonical(row["headers"]))["ce_time"].decode()),
            row["real"] - row["at"] < A_MINUTE,
        )
        for row in rows
    ]


async def test_events_and_deadlines_go_by_the_agencies_time(api: Api, welfare: Api) -> None:
    async with ahead(api) as sender, ahead(welfare) as recipient:
        made = await sender.post(
            "/v1/referrals", referral_order(welfare.me, priority="routine", priority_cause=None)
        )
        assert made.status_code == 201, made.text
        referral = made.json()["id"]
        await settle(sender, recipient)
        for side in (sender, recipient):
            ((said_at, just_now),) = await _said(side, referral)
            assert said_at >= YEAR_AHEAD.shows
            assert just_now, "the ledger keeps the database's time"
            (due,) = [each for each in await _due(side) if each["referral"] == referral]
            assert "level" not in due
            days = datetime.fromisoformat(str(due["due_at"])) - said_at
            assert timedelta(days=2) < days < timedelta(days=10), "three business days from then"
        async with sender.database.acquire() as connection:
            assert await connection.fetchval(KEYS) == 0, "keys of requests are kept by the database's time"


async def _due(api: Api) -> list[dict[str, object]]:
    found: list[dict[str, object]] = (
        await api.http.get("/v1/due", params={"limit": "200", "clock": "decision"})
    ).json()["due"]
    return found


async def test_an_inquiry_is_kept_for_a_real_day(api: Api, welfare: Api) -> None:
    known = facts(household_size=4, recognised_income_monthly=500_000)
    async with ahead(api) as sender, ahead(welfare) as recipient:
        found = await answered(sender, recipient, known, programmes=["livelihood"])
        asked_at = datetime.fromisoformat(found["asked_at"])
        assert asked_at >= YEAR_AHEAD.shows
        async with sender.database.acquire() as connection:
            await expire_inquiries(connection, sender.api_context.delivery.peers)
        kept = (await sender.http.get(f"/v1/inquiries/{found['id']}")).json()
        assert [each["state"] for each in kept["inquiries"]] == ["answered"]


async def test_what_is_early_is_tried_again_by_the_machines_time(api: Api, welfare: Api) -> None:
    async with ahead(api) as sender, ahead(welfare) as recipient:
        made = await sender.post("/v1/referrals", referral_order(welfare.me))
        referral = made.json()["id"]
        await settle(sender, recipient)
        change = {"programme": "livelihood", "old": "likely", "new": "granted", "effective_on": "2030-01-01"}
        path = f"/v1/referrals/{referral}/eligibility-changes"
        assert (await sender.post(path, {**change, "conflicts": []})).status_code == 200
        async with recipient.database.acquire() as connection:
            await connection.execute("delete from referral where id = $1", UUID(referral))
        await carry(sender, recipient)
        async with recipient.database.acquire() as connection:
            rows = await connection.fetch(PARKED, UUID(referral))
            await connection.execute("delete from parked where key = $1", UUID(referral))
        (row,) = rows
        assert row["real"] - row["since"] < A_MINUTE
        assert row["retry_at"] is None or row["retry_at"] - row["real"] < A_MINUTE


def test_at_any_two_moments_it_has_passed_as_much_faster() -> None:
    for seconds in (0, 1, 86_400):
        at = START + timedelta(seconds=seconds)
        assert YEAR_AHEAD.at(at) - YEAR_AHEAD.shows == timedelta(seconds=2_000 * seconds)
