"""Whatever is wrong is a problem of one stable type, in the reader's language, without any input."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from asyncpg import Connection
from prometheus_client import CollectorRegistry

from ieum.api.app import create_app
from ieum.api.http import request_body
from ieum.api.http.responses import write_cursor
from ieum.delivery.delivery_context import Connections
from tests.kit.api.agency_api import Api, client_of, like, limited
from tests.kit.api.referring import MARKS, referral_order

pytestmark = pytest.mark.stack
JSON = {"content-type": "application/json"}
NUL = "\0"


async def _post(api: Api, content: Any, **headers: str) -> tuple[int, dict[str, Any]]:
    named = {**JSON, "idempotency-key": str(uuid4()), **{k.replace("_", "-"): v for k, v in headers.items()}}
    answer = await api.http.post("/v1/referrals", content=content, headers=named)
    assert answer.headers["content-type"] == "application/problem+json"
    assert not any(mark in answer.text or mark in str(answer.headers) for mark in MARKS)
    return answer.status_code, answer.json()


@pytest.mark.parametrize(
    "content", [b"", b"{", b'{"a": \xff}', b"[" * 5000, b'{"sealed": "\xea\xb0\x80\xeb\x82\x98"', b"\x00"]
)
async def test_what_is_not_json_is_malformed(api: Api, content: bytes) -> None:
    status, problem = await _post(api, content)
    assert (status, problem["type"]) == (400, "urn:ieum:problem:malformed-json")


async def test_an_unknown_field_is_named_by_its_place(api: Api, order: dict[str, Any]) -> None:
    order["sealed"]["contact"]["nickname"] = MARKS[0]
    answer = await api.post("/v1/referrals", order)
    [error] = answer.json()["errors"]
    assert (error["in"], error["field"], error["code"]) == (
        "body",
        "/sealed/contact/nickname",
        "extra_forbidden",
    )
    assert MARKS[0] not in answer.text


@pytest.mark.parametrize("name", ["가나다 시험", "900101-1000006", "9001011000006", "x" * 200, "<script>"])
async def test_a_field_name_that_holds_a_value_is_not_repeated(
    api: Api, order: dict[str, Any], name: str
) -> None:
    answer = await api.post("/v1/referrals", order | {name: 1})
    assert [each["field"] for each in answer.json()["errors"]] == ["/?"]
    assert name not in answer.text


async def test_a_wrong_value_is_told_by_its_rule(api: Api, order: dict[str, Any]) -> None:
    order["sealed"]["client"]["birth_date"] = "가나다 시험"
    order["priority"] = "가나다 시험"
    answer = await api.post("/v1/referrals", order)
    errors = {each["field"]: each for each in answer.json()["errors"]}
    assert errors["/priority"]["expected"] == ["routine", "urgent", "crisis"]
    assert "RFC 3339" in errors["/sealed/client/birth_date"]["rule"]
    assert MARKS[0] not in answer.text


async def _chunks(size: int, count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b" " * size


async def test_an_oversize_body_is_refused_by_its_declared_length(api: Api) -> None:
    status, problem = await _post(api, b" " * (request_body.BODY_BYTES_MAX + 1))
    assert (status, problem["type"]) == (413, "urn:ieum:problem:too-large")
    assert problem["limit_bytes"] == request_body.BODY_BYTES_MAX


async def test_an_oversize_body_without_a_length_is_refused_while_it_is_read(api: Api) -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        async for chunk in _chunks(64 * 1024, 100):
            read += len(chunk)
            yield chunk

    status, problem = await _post(api, endless())
    assert (status, problem["type"]) == (413, "urn:ieum:problem:too-large")
    assert read <= request_body.BODY_BYTES_MAX + 2 * 64 * 1024


@pytest.mark.parametrize(
    "headers", [{"content_type": "text/plain"}, {"content_type": ""}, {"content_encoding": "gzip"}]
)
async def test_only_plain_json_is_taken(api: Api, headers: dict[str, str]) -> None:
    status, problem = await _post(api, b"{}", **headers)
    assert (status, problem["type"]) == (415, "urn:ieum:problem:media-type")


async def test_a_body_that_never_ends_is_given_up(api: Api) -> None:

    async def slow() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(0.2)

    async with client_of(limited(api, body_seconds=0.05), api.headers) as http:
        status, problem = await _post(replace(api, http=http), slow())
    assert (status, problem["type"]) == (408, "urn:ieum:problem:slow-body")


@pytest.mark.parametrize(
    ("method", "path", "status", "kind"),
    [
        ("GET", "/v1/nothing", 404, "not-found"),
        ("DELETE", "/v1/referrals", 405, "method"),
        ("GET", "/v1/referrals?limit=201", 400, "query"),
        ("GET", "/v1/referrals?cursor=xyz", 400, "query"),
        ("GET", "/v1/referrals?cursor=MjAyNi0wNy0wMVQwMDowMDowMHx4", 400, "query"),
        ("GET", "/v1/referrals?state=lost", 400, "query"),
        ("GET", "/v1/referrals/not-an-id", 400, "query"),
        ("GET", "/v1/cases?cursor=xyz", 400, "query"),
        ("GET", "/v1/streams?cursor=MHwwfDB8MHwwfDA", 400, "query"),
        ("GET", f"/v1/streams?cursor={write_cursor(UUID(int=0), 0, 0, 0, NUL)}", 400, "query"),
        (
            "GET",
            f"/v1/referrals?cursor={write_cursor('0001-01-01T00:00:00+14:00', UUID(int=0))}",
            400,
            "query",
        ),
        ("GET", "/v1/events?after=-1", 400, "query"),
    ],
)
async def test_what_the_path_or_query_asks_for_wrongly_is_told(
    api: Api, method: str, path: str, status: int, kind: str
) -> None:
    answer = await api.http.request(method, path)
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:ieum:problem:{kind}")


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("", "ko"), ("en", "en"), ("en-GB;q=0.8, ko;q=0.9", "ko"), ("fr, en;q=0.1", "en"), ("xx;q=zz", "ko")],
)
async def test_a_problem_speaks_the_readers_language_and_carries_both(
    api: Api, accepted: str, language: str
) -> None:
    answer = await api.http.get("/v1/nothing", headers={"accept-language": accepted})
    problem = answer.json()
    assert problem["detail"] == problem[f"detail_{language}"]
    assert problem["detail_ko"] != problem["detail_en"]
    assert answer.headers["content-language"] == language
    assert problem["instance"] == f"urn:uuid:{answer.headers['x-request-id']}"
    assert (await api.http.get(problem["help"])).status_code == 200


class _Away:
    """A database that answers nobody."""

    def acquire(self) -> AbstractAsyncContextManager[Connection]:
        raise ConnectionRefusedError


class _Full:
    """A database whose connections are all lent, for ever."""

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Connection]:
        await asyncio.Event().wait()
        async with _Away().acquire() as never:
            yield never


@pytest.mark.parametrize("database", [_Away(), _Full()])
async def test_a_database_that_is_away_is_503_with_the_time_to_come_back(
    api: Api,
    order: dict[str, Any],
    database: Connections,
) -> None:
    async with client_of(like(api, database=database), api.headers) as http:
        answered = await asyncio.gather(
            http.get("/v1/referrals"),
            http.post("/v1/referrals", json=order, headers={"idempotency-key": str(uuid4())}),
        )
    for answer in answered:
        assert (answer.status_code, answer.json()["type"]) == (503, "urn:ieum:problem:unavailable")
        assert int(answer.headers["retry-after"]) > 0


async def test_a_session_that_ends_while_we_work_is_503(api: Api, order: dict[str, Any]) -> None:
    class Ending:
        @asynccontextmanager
        async def acquire(self) -> AsyncIterator[Connection]:
            async with api.database.acquire() as connection:
                with pytest.raises(asyncpg.PostgresError):
                    await connection.execute("select pg_terminate_backend(pg_backend_pid())")
                yield connection

    async with client_of(like(api, database=Ending()), api.headers) as http:
        answer = await http.post("/v1/referrals", json=order, headers={"idempotency-key": str(uuid4())})
    assert answer.status_code == 503


async def test_a_bug_is_500_and_neither_answer_nor_log_tells_what_came_in(
    api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    order = referral_order(api.peer)

    def broken() -> datetime:
        raise RuntimeError(MARKS[0])

    async with client_of(like(api, clock=broken), api.headers) as http:
        answer = await http.post("/v1/referrals", json=order, headers={"idempotency-key": str(uuid4())})
    assert (answer.status_code, answer.json()["type"]) == (500, "urn:ieum:problem:internal")
    log = capsys.readouterr()
    assert "RuntimeError" in log.out
    for mark in (*MARKS, order["client_ref"]):
        assert mark not in answer.text
        assert mark not in log.out + log.err


async def test_the_log_of_good_and_bad_requests_holds_no_value_of_theirs(
    api: Api, order: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    made = await api.post("/v1/referrals", order)
    await api.post("/v1/referrals", order)
    await api.post("/v1/referrals", order | {"priority": MARKS[0]})
    await api.http.get("/v1/referrals", params={"client_ref": order["client_ref"]})
    log = capsys.readouterr()
    assert log.out.count("http.answered") == 4
    for value in (*MARKS, order["client_ref"], made.json()["id"]):
        assert value not in log.out + log.err


async def test_requests_and_problems_are_counted(api: Api) -> None:
    await api.http.get("/v1/nothing")
    measures = (await api.http.get("/metrics")).text
    assert 'ieum_http_problems_total{kind="not-found"}' in measures
    assert (
        'ieum_http_request_seconds_count{method="GET",route="/metrics"'
        in (await api.http.get("/metrics")).text
    )


async def test_health_says_what_is_wrong_in_sentences(api: Api) -> None:
    class Ill:
        async def problems(self) -> list[str]:
            return ["The mailboxes are not read yet."]

    assert (await api.http.get("/health/live")).status_code == 200
    assert (await api.http.get("/health/ready")).json() == {"status": "ready", "problems": []}
    async with client_of(
        create_app(replace(api.api_context, health=Ill(), registry=CollectorRegistry())), api.headers
    ) as http:
        answer = await http.get("/health/ready")
    assert (answer.status_code, answer.json()["problems"]) == (503, ["The mailboxes are not read yet."])


async def test_no_programme_is_called_unpublished_before_the_catalogue_was_read(
    api: Api, order: dict[str, Any]
) -> None:
    """An agency that has just started, with Kafka away; what it knew before it takes all the same."""
    started = replace(api.api_context, catalogued=asyncio.Event(), registry=CollectorRegistry())
    unknown = {**order, "programme": "not-known-yet"}
    key = str(uuid4())
    async with client_of(create_app(started), api.headers) as http:
        ready = await http.get("/health/ready")
        early = await http.post("/v1/referrals", json=unknown, headers={"idempotency-key": key})
        taken = await http.post("/v1/referrals", json=order, headers={"idempotency-key": str(uuid4())})
    assert ready.status_code == 503
    assert "catalogue" in ready.json()["problems"][0]
    assert (early.status_code, early.json()["type"]) == (503, "urn:ieum:problem:unavailable")
    assert early.headers["retry-after"] == "2"
    assert taken.status_code == 201
    assert (await api.post("/v1/referrals", unknown, key=key)).status_code == 422
