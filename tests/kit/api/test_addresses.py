"""What stands around every route: methods, parameters, headers in several lines, words for each field."""

from collections import defaultdict
from typing import Any

import pytest

from ieum.api.problems.field_errors import FieldError, in_body
from ieum.api.problems.field_wording import words_of
from tests.kit.api.agency_api import Api
from tests.kit.api.referring import MARKS, referral_order

pytestmark = pytest.mark.stack
ID = "0197a2c4-5d11-7c62-9d0a-6a1f0c8e2b01"
STREAM = f"city-welfare-team.referral.{ID}"
ACT = {"reason": "peer-restored", "dry_run": True}


async def _paths(api: Api) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = (await api.http.get("/openapi.json")).json()["paths"]
    return found


def _filled(path: str) -> str:
    given = {"stream": STREAM, "agency": "city-welfare-team", "programme": "job-fair"}
    return path.format_map(defaultdict(lambda: ID, given))


async def test_allow_names_every_method_of_a_path_and_options_says_the_same(api: Api) -> None:
    for path, operations in (await _paths(api)).items():
        methods = {method.upper() for method in operations} | {"OPTIONS"}
        methods |= {"HEAD"} if "GET" in methods else set()
        refused = await api.http.request("DELETE", _filled(path))
        assert (refused.status_code, refused.json()["type"]) == (405, "urn:ieum:problem:method")
        told = await api.http.options(_filled(path))
        assert (told.status_code, told.content) == (204, b"")
        for answer in (refused, told):
            assert set(answer.headers["allow"].split(", ")) == methods
    assert (await api.http.options("/v1/nothing")).status_code == 404


async def test_head_is_get_without_content(api: Api) -> None:
    made = (await api.post("/v1/referrals", referral_order(api.peer))).json()
    concrete = {f"/v1/referrals/{made['id']}", "/docs", "/problems", "/problems/move", "/openapi.json"}
    listed = {
        path for path, operations in (await _paths(api)).items() if "get" in operations and "{" not in path
    }
    for path in concrete | listed:
        read, head = await api.http.get(path), await api.http.head(path)
        assert (head.status_code, head.content) == (200, b""), path
        if path not in {"/metrics", "/v1/access-log"}:  # each call adds to what they show
            assert head.headers["content-length"] == read.headers["content-length"]
        assert head.headers.get("etag") == read.headers.get("etag")
    for path, status in (
        ("/v1/nothing", 404),
        ("/v1/referrals?limit=0", 400),
        (f"/v1/referrals/{ID}/asks", 405),
    ):
        head = await api.http.head(path)
        assert (head.status_code, head.content) == (status, b"")
    measures = (await api.http.get("/metrics")).text
    assert 'ieum_http_request_seconds_count{method="HEAD",route="/v1/referrals",status="200"}' in measures


async def test_a_parameter_that_a_route_does_not_have_is_named_with_those_that_it_has(api: Api) -> None:
    for path, operations in (await _paths(api)).items():
        for method, operation in operations.items():
            known = {each["name"] for each in operation.get("parameters", ()) if each.get("in") == "query"}
            refused = await api.http.request(method.upper(), f"{_filled(path)}?lmit=1&{MARKS[0]}=2")
            assert (refused.status_code, refused.json()["type"]) == (400, "urn:ieum:problem:query"), path
            first, second = refused.json()["errors"]
            assert (first["in"], first["field"], first["code"]) == ("query", "lmit", "unknown")
            assert set(first["expected"]) == known
            assert second["field"] == "?"
            assert first["detail_ko"] != first["detail_en"]


@pytest.mark.parametrize(
    "query", ["limit=1&limit=2", "state=received&state=closed", "cursor=a&cursor=b", "limit=1&limit=1"]
)
async def test_a_parameter_that_is_given_twice_is_refused(api: Api, query: str) -> None:
    refused = await api.http.get(f"/v1/referrals?{query}")
    [error] = refused.json()["errors"]
    assert (refused.status_code, error["code"]) == (400, "repeated")
    assert error["field"] == query.partition("=")[0]


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (['"9"', '"1"'], 200),
        (['"9", "8"', '"7" , "1"'], 200),
        (['"9", , "1"'], 200),
        (["*"], 200),
        (['"9"', '"8"'], 412),
        (['W/"1"'], 412),
        (['"a,\\"', '"b"'], 412),
        (["1"], 400),
        (['"1'], 400),
        (["*", '"1"'], 400),
        ([""], 400),
        (['"1" "2"'], 400),
    ],
)
async def test_if_match_is_one_list_however_many_lines_it_has(
    api: Api, order: dict[str, Any], lines: list[str], status: int
) -> None:
    made = (await api.post("/v1/referrals", order)).json()
    assert made["version"] == 1
    headers = [("idempotency-key", f"lines-{made['id']}"), *(("if-match", line) for line in lines)]
    asked = await api.http.post(
        f"/v1/referrals/{made['id']}/asks",
        json={"ask": "cancel-requested", "reason": "found-work"},
        headers=headers,
    )
    assert asked.status_code == status, asked.text
    if status == 400:
        assert [(each["in"], each["field"]) for each in asked.json()["errors"]] == [("header", "if-match")]


async def test_other_lists_in_several_lines_are_read_whole(api: Api) -> None:
    lines = [("accept-language", "fr"), ("accept-language", "en")]
    assert (await api.http.get("/v1/nothing", headers=lines)).headers["content-language"] == "en"
    twice = [("idempotency-key", "a" * 9), ("idempotency-key", "a" * 9)]
    refused = await api.http.post("/v1/referrals", json={}, headers=twice)
    assert (refused.status_code, refused.json()["type"]) == (400, "urn:ieum:problem:idempotency-key-missing")


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        (["application/json"], 422),
        (["Application/JSON; Charset=UTF-8"], 422),
        (['application/json;charset="utf-8"'], 422),
        (["application/json; profile=x"], 422),
        (["application/json; charset=euc-kr"], 415),
        (["application/problem+json"], 415),
        (["application/merge-patch+json"], 415),
        (["application/json, text/plain"], 415),
        (["application/json", "application/json"], 415),
        (["application/x-www-form-urlencoded"], 415),
    ],
)
async def test_only_json_in_utf_8_is_a_body(api: Api, content_type: list[str], status: int) -> None:
    headers = [("idempotency-key", "b" * 9), *(("content-type", each) for each in content_type)]
    assert (await api.http.post("/v1/referrals", content=b"{}", headers=headers)).status_code == status


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        (["*/*"], 200),
        (["text/html, application/json;q=0.5"], 200),
        (["text/html", "application/*"], 200),
        ([""], 200),
        (["text/html"], 406),
        (["application/xml, text/*"], 406),
        (["application/json;q=0"], 406),
        (["application/json; q=0.000, text/plain"], 406),
    ],
)
async def test_what_cannot_be_accepted_is_told_before_anything_is_done(
    api: Api, accept: list[str], status: int
) -> None:
    answer = await api.http.get("/v1/referrals", headers=[("accept", each) for each in accept])
    assert answer.status_code == status


@pytest.mark.parametrize(
    "path", ["/v1/referrals/", "/v1/Referrals", "//v1/referrals", "/v1/referrals//", "/v1"]
)
async def test_an_address_is_written_in_one_way(api: Api, path: str) -> None:
    assert (await api.http.get(path)).status_code == 404


DECIDED = "/v1/referrals/{}/decisions"


@pytest.mark.parametrize(
    ("body", "field", "code", "expected"),
    [
        ({"decision": "bogus"}, "/decision", "not_one_of", "accepted"),
        ({}, "/decision", "missing", None),
        ([], "", "object_type", None),
        ({"decision": "accepted", "contact_by": 1}, "/contact_by", "value_error", None),
        (
            {"decision": "accepted", "appointment": {"at": "2026-07-02T01:00:00Z"}},
            "/appointment/place",
            "missing",
            None,
        ),
        ({"decision": "accepted", "accepted": 1}, "/accepted", "extra_forbidden", None),
        ({"decision": "completed", "goals": [{"goal": "x"}]}, "/goals/0/goal", "enum", "income-secured"),
        ({"decision": "waitlisted", "expected_wait_days": "1"}, "/expected_wait_days", "int_type", None),
    ],
)
async def test_a_field_is_a_pointer_into_the_body_and_told_in_words(
    api: Api, body: object, field: str, code: str, expected: str | None
) -> None:
    for language in ("ko", "en"):
        answer = await api.post(DECIDED.format(ID), body, accept_language=language)
        found = {each["field"]: each for each in answer.json()["errors"]}
        assert found[field]["code"] == code, found
        assert expected is None or expected in found[field]["expected"]
        assert found[field]["detail"] == found[field][f"detail_{language}"]
        assert "expected_tags" not in answer.text
        assert not found[field]["detail_ko"].isascii()


def test_an_error_without_words_gets_a_sentence_of_no_kind() -> None:
    [error] = in_body(
        [{"type": "frozen_instance", "loc": ("a",), "msg": MARKS[0], "input": MARKS[0]}], {"a": 1}
    )
    told = error.document("ko")
    assert (told["field"], told["code"]) == ("/a", "invalid")
    assert MARKS[0] not in str(told)
    assert words_of("string_too_long", {"max_length": 7}).en == "It may have 7 characters at most."
    assert words_of("string_too_long", {}).en == FieldError("body", "", "invalid").document("en")["detail"]
