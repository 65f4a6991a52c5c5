"""What of a request is kept or travels holds no identifier: its key, its trace, a number over two fields."""

import json
from typing import Any

import pytest

from tests.kit.api.agency_api import Api, settle
from tests.kit.api.referring import referral_order

pytestmark = pytest.mark.stack
KEPT = """
select (select count(*) from idempotency where position($1 in key) > 0)
    + (select count(*) from ledger where position(convert_to($1, 'UTF8') in headers) > 0)
"""
NUMBER = "9001011000006"
SPAN = f"00-{'1' * 31}a-{NUMBER}abc-01"


async def _kept(api: Api, text: str) -> int:
    async with api.database.acquire() as connection:
        return int(await connection.fetchval(KEPT, text))


async def _post(api: Api, order: dict[str, Any], headers: dict[str, str]) -> Any:
    given = {
        "content-type": "application/json",
        "idempotency-key": f"key-of-{order['client_ref']}",
        **headers,
    }
    return await api.http.post("/v1/referrals", content=json.dumps(order), headers=given)


@pytest.mark.parametrize("key", [NUMBER, "900101-1000006", "key:M00000001", "900101_1000006/1"])
async def test_a_key_that_holds_an_identifier_is_refused_and_not_kept(
    api: Api, order: dict[str, Any], key: str
) -> None:
    refused = await _post(api, order, {"idempotency-key": key})
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:ieum:problem:identifiers")
    (error,) = refused.json()["errors"]
    assert (error["in"], error["field"], error["code"]) == ("header", "idempotency-key", "identifier")
    assert key not in refused.text
    assert await _kept(api, key) == 0


@pytest.mark.parametrize(
    "trace", [SPAN, f"00-{NUMBER}", NUMBER, f"00-{'0' * 32}-{'1' * 16}-01", f"ff-{'1' * 32}-{'1' * 16}-01"]
)
async def test_a_trace_that_is_none_or_holds_an_identifier_is_left_out(
    api: Api, welfare: Api, order: dict[str, Any], trace: str
) -> None:
    before = [await _kept(agency, trace) for agency in (api, welfare)]
    assert (await _post(api, order, {"traceparent": trace, "tracestate": f"a={NUMBER}"})).status_code == 201
    await settle(api, welfare)
    assert [await _kept(agency, trace) for agency in (api, welfare)] == before == [0, 0]


async def test_a_good_trace_travels(api: Api, welfare: Api, order: dict[str, Any]) -> None:
    trace = "00-0123456789abcdef0123456789abcdee-0123456789abcdef-01"
    assert (await _post(api, order, {"traceparent": trace})).status_code == 201
    await settle(api, welfare)
    assert await _kept(welfare, trace) > 0


async def test_a_number_that_is_split_over_two_fields_is_refused_by_both(
    api: Api, order: dict[str, Any]
) -> None:
    order["sealed"]["client"] |= {"name": "가 900101", "address": "1000006"}
    refused = await api.post("/v1/referrals", order)
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:ieum:problem:identifiers")
    assert [each["field"] for each in refused.json()["errors"]] == [
        "/sealed/client/name",
        "/sealed/client/address",
    ]


@pytest.mark.parametrize(
    ("moves", "order"),
    [
        ("decisions", {"decision": "declined", "reason": "other", "sealed": {"note": f"시험 {NUMBER}"}}),
        ("asks", {"ask": "cancel-requested", "reason": "other", "sealed": {"note": f"시험 {NUMBER}"}}),
    ],
)
async def test_a_note_that_holds_an_identifier_is_refused_at_the_door(
    api: Api, welfare: Api, order: dict[str, Any], moves: str
) -> None:
    made = await api.post("/v1/referrals", referral_order(api.peer))
    await settle(api, welfare)
    agency = welfare if moves == "decisions" else api
    refused = await agency.post(f"{made.headers['location']}/{moves}", order)
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:ieum:problem:identifiers")
    assert [each["field"] for each in refused.json()["errors"]] == ["/sealed/note"]
    assert NUMBER not in refused.text
