"""A POST is carried out once under its key, whatever is sent again, at once, or after a crash."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from ieum.delivery.maintenance.retention_horizon import Horizon
from ieum.storage.idempotency_rows import ANSWERS, FORGOTTEN_MAX, KEPT, IdempotencyKey, claim, forget
from tests.kit.api.agency_api import Api, client_of, like
from tests.kit.api.referring import referral_order

pytestmark = pytest.mark.stack
REFERRALS_OF = "select count(*) from referral where client_ref = $1"
FOUND = "select count(*) from idempotency where key = $1"
AGE = "update idempotency set at = at - $2::interval where key = $1"
YOUNG = "select now() - at < interval '1 minute' from idempotency where key = $1"


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
    keys, seconds = [str(uuid4()), str(uuid4())], [0.0]
    horizon = Horizon(ANSWERS, KEPT, lambda: seconds[0])
    for key in keys:
        await api.post("/v1/referrals", {**order, "client_ref": key[:8]}, key=key)
    async with api.database.acquire() as connection:
        for key, age in zip(keys, (KEPT - timedelta(minutes=1), KEPT + timedelta(minutes=1)), strict=True):
            await connection.execute(AGE, key, age)
        assert await forget(connection, horizon) == 0, "a process that has just begun destroys nothing"
        for _ in range(8):
            seconds[0] += 3600
            assert await forget(connection, horizon) <= FORGOTTEN_MAX
        assert [await connection.fetchval(FOUND, key) for key in keys] == [1, 0]


async def test_an_answer_is_stamped_by_the_database_whatever_the_clock_of_the_process(
    api: Api, order: dict[str, Any]
) -> None:
    past = like(api, clock=lambda: datetime.now(UTC) - timedelta(days=40))
    late, key = client_of(past, api.headers), str(uuid4())
    made = await late.post("/v1/referrals", json=order, headers={"idempotency-key": key})
    assert made.status_code == 201
    async with api.database.acquire() as connection:
        assert await connection.fetchval(YOUNG, key)
