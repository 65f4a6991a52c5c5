"""Who waits for news costs a connection and nothing else, and keeps nobody from being served."""

import asyncio
import json
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio

from ieum.api.http.http_limits import USUAL_HTTP
from ieum.delivery.sending.feed_numbering import number_feed
from tests.kit.api.agency_api import Api
from tests.kit.api.raw_http import answers, serving, talk
from tests.kit.api.referring import referral_order
from tests.kit.api.test_connection_limits import HEALTH, is_ended, opened
from tests.kit.api.test_feed import _end

pytestmark = [pytest.mark.stack, pytest.mark.slow]
IDLE, POLLS = 600, 400
SECONDS_MAX = 15.0


@pytest_asyncio.fixture(loop_scope="session")
async def port(api: Api) -> AsyncIterator[int]:
    async with serving(api.app) as found:
        yield found


def _poll(api: Api, after: str, wait: int = 25) -> bytes:
    head = f"GET /v1/events?after={after}&wait={wait} HTTP/1.1\r\nhost: localhost\r\n"
    return f"{head}{api.authorization}\r\n".encode()


def _refer(api: Api) -> bytes:
    body = json.dumps(referral_order(api.peer)).encode()
    head = (
        "POST /v1/referrals HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n"
        f"{api.authorization}content-type: application/json\r\nidempotency-key: {uuid4()}\r\n"
        f"content-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def _gather(api: Api, count: int) -> None:
    async with asyncio.timeout(SECONDS_MAX):
        while api.api_context.news.waiting != count:
            await asyncio.sleep(0.01)


async def test_idle_connections_and_long_polls_keep_nobody_from_being_served(api: Api, port: int) -> None:
    after = await _end(api)
    async with opened(port, IDLE), opened(port, POLLS, _poll(api, after)) as polls:
        await _gather(api, USUAL_HTTP.waiting)
        looks = api.api_context.news.looks
        for asked, status in ((HEALTH, 200), (_refer(api), 201), (HEALTH, 200)):
            assert [each for each, *_ in answers(await talk(port, asked, seconds=SECONDS_MAX))] == [status]
        await asyncio.sleep(2)
        assert api.api_context.news.looks - looks < 15, "all who wait share one look"

        async with api.database.acquire() as connection:
            assert await number_feed(connection)
        api.api_context.news.tell()
        told = [await asyncio.wait_for(reader.readuntil(b"}"), SECONDS_MAX) for reader, _ in polls]
    woken = [each for each in told if each.startswith(b"HTTP/1.1 200")]
    refused = [each for each in told if each.startswith(b"HTTP/1.1 503")]
    assert (len(woken), len(refused)) == (USUAL_HTTP.waiting, POLLS - USUAL_HTTP.waiting)
    for each in refused:
        assert b"content-type: application/problem+json" in each
        assert b"retry-after: " in each
        assert b"urn:ieum:problem:overloaded" in each


async def test_who_hangs_up_makes_room_at_once(api: Api, port: int) -> None:
    after = await _end(api)
    async with opened(port, 20, _poll(api, after)) as polls:
        await _gather(api, 20)
        for _, writer in polls[:15]:
            writer.close()
        await _gather(api, 5)
        assert not await is_ended(polls[-1])
    await _gather(api, 0)
    looks = api.api_context.news.looks
    await asyncio.sleep(1.2)
    assert api.api_context.news.looks == looks, "nobody waits, so nobody looks"


async def test_who_waits_is_answered_in_time_without_news_and_by_a_look_without_being_told(
    api: Api, port: int
) -> None:
    after = await _end(api)
    answered = await api.http.get("/v1/events", params={"after": after, "wait": 0.3})
    assert (answered.status_code, answered.json()) == (200, {"events": [], "next": after})
    async with opened(port, 1, _poll(api, after)) as [(reader, _)]:
        await _gather(api, 1)
        await api.post("/v1/referrals", referral_order(api.peer))
        await _end(api)
        assert (await asyncio.wait_for(reader.readline(), SECONDS_MAX)).startswith(b"HTTP/1.1 200")
