"""The feed shows everything that took effect, in one order, and never skips what was committed late."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from asyncpg import Connection
from prometheus_client import CollectorRegistry

from ieum.api.app import create_app
from ieum.delivery.sending.feed_numbering import number_feed
from ieum.delivery.sending.outbox import Cause
from ieum.delivery.streams.batch_write import write_rows
from ieum_contracts.client import SealedNote
from ieum_contracts.message import Say
from ieum_contracts.referral import ReferralOutcomeAcknowledged
from tests.kit.api.agency_api import Api, client_of

pytestmark = pytest.mark.stack
MARK = "가나다 시험 표식 7731"


async def _say(api: Api, connection: Connection, key: UUID) -> None:
    body = ReferralOutcomeAcknowledged(sealed=SealedNote(note=MARK))
    saying = await api.outbox.open(connection, [])
    saying.say([Say(api.peer, key, None, body)], Cause(), datetime.now(UTC))
    await write_rows(connection, saying.rows())


async def _number(api: Api) -> None:
    async with api.database.acquire() as connection:
        await number_feed(connection)


async def _end(api: Api) -> str:
    await _number(api)
    after = "0"
    while (page := (await api.http.get("/v1/events", params={"after": after})).json())["events"]:
        after = page["next"]
    return after


async def test_a_reader_who_passes_on_next_sees_a_late_commit(api: Api) -> None:
    after = await _end(api)
    early, late = uuid4(), uuid4()
    async with api.database.acquire() as slow, api.database.acquire() as fast:
        transaction = slow.transaction()
        await transaction.start()
        await _say(api, slow, late)
        async with fast.transaction():
            await _say(api, fast, early)
        await _number(api)
        first = (await api.http.get("/v1/events", params={"after": after})).json()
        assert [event["key"] for event in first["events"]] == [str(early)]
        await transaction.commit()
    await _number(api)
    second = (await api.http.get("/v1/events", params={"after": first["next"]})).json()
    assert [event["key"] for event in second["events"]] == [str(late)]
    assert second["events"][0]["number"] == first["events"][0]["number"] + 1


async def test_what_is_not_numbered_yet_is_not_shown(api: Api) -> None:
    after = await _end(api)
    async with api.database.acquire() as connection, connection.transaction():
        await _say(api, connection, uuid4())
    page = (await api.http.get("/v1/events", params={"after": after})).json()
    assert page == {"events": [], "next": after}


async def test_who_waits_for_news_is_answered_when_the_service_ends(api: Api) -> None:
    after = await _end(api)
    ending = asyncio.Event()
    app = create_app(replace(api.api_context, ending=ending, registry=CollectorRegistry()))
    async with client_of(app, api.headers) as http:
        waiting = asyncio.create_task(http.get("/v1/events", params={"after": after, "wait": 30}))
        await asyncio.sleep(0.3)
        assert not waiting.done()
        ending.set()
        answer = await asyncio.wait_for(waiting, 2)
    assert (answer.status_code, answer.json()) == (200, {"events": [], "next": after})


async def test_pages_join_without_gap_or_repetition(api: Api) -> None:
    after = await _end(api)
    keys = [str(uuid4()) for _ in range(5)]
    async with api.database.acquire() as connection, connection.transaction():
        for key in keys:
            await _say(api, connection, UUID(key))
    await _number(api)
    seen: list[str] = []
    while (page := (await api.http.get("/v1/events", params={"after": after, "limit": 2})).json())["events"]:
        seen += [event["key"] for event in page["events"]]
        after = page["next"]
    assert seen == keys


async def test_an_event_shows_its_codes_and_no_client_details(api: Api) -> None:
    after = await _end(api)
    key = uuid4()
    async with api.database.acquire() as connection, connection.transaction():
        await _say(api, connection, key)
    await _number(api)
    answer = await api.http.get("/v1/events", params={"after": after})
    assert MARK not in answer.text
    event = answer.json()["events"][0]
    assert event["type"] == "referral.outcome-acknowledged.v1"
    assert (event["direction"], event["peer"], event["sequence"]) == ("said", str(api.peer), 1)
    assert event["data"] == {}


async def test_a_reader_may_wait_for_the_next_event(api: Api) -> None:
    after = await _end(api)
    waiting = asyncio.create_task(api.http.get("/v1/events", params={"after": after, "wait": 10}))
    await asyncio.sleep(0.1)
    async with api.database.acquire() as connection, connection.transaction():
        await _say(api, connection, uuid4())
    await _number(api)
    assert len((await asyncio.wait_for(waiting, 5)).json()["events"]) == 1
