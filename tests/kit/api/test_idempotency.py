"""A POST is carried out once under its key, whatever is sent again, at once, or after a crash."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from ieum.api.http.idempotency import FORGOTTEN_MAX, claim, forget
from ieum.storage.idempotency_rows import IdempotencyKey
from tests.kit.api.agency_api import Api
from tests.kit.api.referring import referral_order

pytestmark = pytest.mark.stack
REFERRALS_OF = "select count(*) from referral where client_ref = $1"
KEPT = "select count(*) from idempotency where key = $1"


async def _made(api: Api, order: dict[str, Any]) -> int:
    async with api.database.acquire() as connection:
        return int(await connection.fetchval(REFERRALS_OF, order["client_ref"]))


async def test_the_same_request_gets_the_same_answer_and_does_nothing_again(
    api: Api, order: dict[str, Any]
) -> None:
    key = str(uuid4())
    first = await api.post("/v1/referrals", order, key=key)
    again = await api.post("/v1/referrals", order, key=key)
    assert (again.status_code, again.content) == (201, first.content)
    for name in ("location", "etag", "content-type"):
        assert again.headers[name] == first.headers[name]
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    assert await _made(api, order) == 1


async def test_another_body_path_or_precondition_under_the_same_key_is_refused(
    api: Api, order: dict[str, Any]
) -> None:
    key = str(uuid4())
    referral = (await api.post("/v1/referrals", order, key=key)).json()["id"]
    other = await api.post("/v1/referrals", referral_order(api.peer), key=key)
    elsewhere = await api.post(f"/v1/referrals/{referral}/asks", order, key=key)
    assert (other.status_code, other.json()["type"]) == (422, "urn:ieum:problem:idempotency-key-reused")
    assert elsewhere.status_code == 422
    ask = {"ask": "consent.withdrawn"}
    key = str(uuid4())
    assert (await api.post(f"/v1/referrals/{referral}/asks", ask, key=key)).status_code == 200
    precise = await api.post(f"/v1/referrals/{referral}/asks", ask, key=key, if_match='"1"')
    assert precise.json()["type"] == "urn:ieum:problem:idempotency-key-reused"


async def test_requests_at_the_same_moment_do_the_work_once(api: Api, order: dict[str, Any]) -> None:
    key = str(uuid4())
    answers = await asyncio.gather(*(api.post("/v1/referrals", order, key=key) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert await _made(api, order) == 1


async def test_a_refusal_is_not_kept_so_the_key_can_be_used_again(api: Api, order: dict[str, Any]) -> None:
    key = str(uuid4())
    programme = order.pop("programme")
    assert (await api.post("/v1/referrals", order | {"programme": "none"}, key=key)).status_code == 422
    assert (await api.post("/v1/referrals", order | {"programme": programme}, key=key)).status_code == 201


async def test_a_crash_in_the_middle_leaves_the_key_free(api: Api, order: dict[str, Any]) -> None:
    key = str(uuid4())
    async with api.database.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        assert await claim(connection, IdempotencyKey(key, b"fingerprint")) is None
        waiting = asyncio.create_task(api.post("/v1/referrals", order, key=key))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        connection.terminate()
    assert (await asyncio.wait_for(waiting, 5)).status_code == 201
    assert await _made(api, order) == 1


@pytest.mark.parametrize("key", ["", "short", "x" * 129, "has a space in it"])
async def test_a_post_without_a_usable_key_is_refused(api: Api, order: dict[str, Any], key: str) -> None:
    headers = {"idempotency-key": key} if key else {}
    refused = await api.http.post("/v1/referrals", json=order, headers=headers)
    assert (refused.status_code, refused.json()["type"]) == (400, "urn:ieum:problem:idempotency-key-missing")
    assert await _made(api, order) == 0


async def test_answers_are_kept_seven_days(api: Api, order: dict[str, Any]) -> None:
    key, now = str(uuid4()), datetime.now(UTC)
    await api.post("/v1/referrals", order, key=key)
    async with api.database.acquire() as connection:
        await forget(connection, now + timedelta(days=6, hours=23))
        assert await connection.fetchval(KEPT, key) == 1
        assert 0 < await forget(connection, now + timedelta(days=7, minutes=1)) <= FORGOTTEN_MAX
        assert await connection.fetchval(KEPT, key) == 0
