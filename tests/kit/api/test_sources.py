"""Operators see which sources are held and why, and may release them; it is kept who did."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.kit.api.agency_api import Api

pytestmark = pytest.mark.stack

A_WHILE_SECONDS = 0.3
FREE = "select id from referral where id = $1 for update nowait"
CANCEL = {"ask": "cancel-requested", "reason": "moved"}
HOLD = """
insert into source (peer, since, troubles, unkept, held, held_since, held_until)
values ($1, now(), 2001, 3, $2, now(), now() + interval '1 hour')
"""
ACT = {"reason": "sender-mended", "by": "op-1"}


@pytest_asyncio.fixture(loop_scope="session")
async def held(api: Api) -> AsyncIterator[str]:
    """Hold the other agency for its troubles; gives its id."""
    await hold(api, "source.held")
    yield api.peer.agency
    await forget(api)


async def hold(api: Api, why: str) -> None:
    async with api.database.acquire() as connection:
        await connection.execute(HOLD, api.api_context.delivery.peers.number(api.peer), why)


async def forget(api: Api) -> None:
    async with api.database.acquire() as connection:
        await connection.execute("delete from source")


async def test_a_held_source_is_listed_with_what_is_the_matter(api: Api, held: str) -> None:
    [source] = (await api.http.get("/v1/sources")).json()["sources"]
    assert source["source"] == str(api.peer)
    assert source["source"].endswith(held)
    assert (source["held"], source["troubles"], source["unkept"]) == ("source.held", 2001, 3)
    assert source["held_until"] > source["held_since"]


async def test_a_source_is_released_once_and_a_dry_run_releases_nothing(api: Api, held: str) -> None:
    path = f"/v1/sources/{held}/release"
    looked = await api.post(path, {**ACT, "dry_run": True})
    assert (looked.status_code, looked.json()["held"], looked.json()["dry_run"]) == (200, "source.held", True)
    seen = {**ACT, "held_since": looked.json()["held_since"]}
    released = await api.post(path, seen)
    assert (released.status_code, released.json()["dry_run"]) == (200, False)
    assert (await api.http.get("/v1/sources")).json()["sources"][0].get("held") is None
    again = await api.post(path, seen)
    assert (again.status_code, again.json()["type"]) == (409, "urn:ieum:problem:not-held")
    async with api.database.acquire() as connection:
        kept = await connection.fetch("select act, by from operator_act where act = 'release'")
    assert [tuple(row) for row in kept] == [("release", "op-1")]


async def test_a_source_that_was_held_anew_is_not_released_for_what_was_seen_before(
    api: Api, held: str
) -> None:
    path = f"/v1/sources/{held}/release"
    seen = (await api.post(path, {**ACT, "dry_run": True})).json()["held_since"]
    await forget(api)
    await hold(api, "source.held")
    anew = await api.post(path, {**ACT, "held_since": seen})
    assert (anew.status_code, anew.json()["type"]) == (409, "urn:ieum:problem:held-anew")
    assert anew.json()["held_since"] == seen != anew.json()["holds_since"]
    [source] = (await api.http.get("/v1/sources")).json()["sources"]
    assert source["held"] == "source.held"
    unnamed = await api.post(path, ACT)
    assert "what-was-seen-missing" in unnamed.text


@pytest.mark.parametrize("agency", ["nobody-at-all", "A B", "unknown"])
async def test_a_source_that_does_not_exist_is_not_found(api: Api, agency: str) -> None:
    seen = {**ACT, "held_since": "2026-11-28T03:00:00Z"}
    assert (await api.post(f"/v1/sources/{agency}/release", seen)).status_code == 404


@pytest.mark.parametrize("found_here", [True, False], ids=["found-here", "found-by-another-process"])
async def test_while_a_restored_database_is_compared_nothing_is_said_to_that_agency(
    api: Api, order: dict[str, object], *, found_here: bool
) -> None:
    await hold(api, "restored.comparing")
    api.api_context.delivery.restore_check.comparing = found_here
    try:
        refused = await api.post("/v1/referrals", order)
        assert (refused.status_code, refused.json()["type"]) == (503, "urn:ieum:problem:restoring")
        assert refused.headers["retry-after"]
    finally:
        await forget(api)
    assert (await api.post("/v1/referrals", order)).status_code == 201
    assert not api.api_context.delivery.restore_check.comparing


async def test_until_the_database_is_compared_with_kafka_nothing_is_said_to_anybody(
    api: Api, order: dict[str, object]
) -> None:
    """A broker answers, and the one that knows the committed offsets does not yet."""
    check = api.api_context.delivery.restore_check
    check.doubt()
    check.answering()
    try:
        refused = await api.post("/v1/referrals", order)
        assert (refused.status_code, refused.json()["type"]) == (503, "urn:ieum:problem:restoring")
    finally:
        check.settle(comparing=False)
    assert (await api.post("/v1/referrals", order)).status_code == 201


async def test_an_order_that_waits_for_the_comparison_holds_no_row(
    api: Api, order: dict[str, object]
) -> None:
    """Whoever needs the row meanwhile, as a batch that was read, has it."""
    made = await api.post("/v1/referrals", order)
    assert made.status_code == 201, made.text
    referral, check = made.json()["id"], api.api_context.delivery.restore_check
    check.doubt()
    asking = asyncio.create_task(api.post(f"/v1/referrals/{referral}/asks", CANCEL))
    try:
        await asyncio.sleep(A_WHILE_SECONDS)
        assert not asking.done()
        async with api.database.acquire() as connection:
            assert str(await connection.fetchval(FREE, referral)) == referral
    finally:
        check.settle(comparing=False)
    assert (await asking).status_code == 200
