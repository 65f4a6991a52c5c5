"""Answers are what the document declares, on every route; and a document that says otherwise is found out.

The client of this folder holds every answer of every test against the document (`conformance`). Here each
route is made to report what it declares, and the check itself is shown documents that are wrong.
"""

import copy
from contextlib import AbstractAsyncContextManager
from uuid import uuid4

import httpx
import pytest
from asyncpg import Connection

from ieum.api.app import BODIES
from ieum.api.docs.openapi import document_of
from ieum.api.http.request_body import BODY_BYTES_MAX
from ieum.api.problems.request_kinds import MALFORMED_REQUEST
from ieum.api.problems.response import written as unread_answer
from tests.kit.api.agency_api import Api, client_of, like
from tests.kit.api.conformance import undeclared
from tests.kit.api.openapi_nodes import Json, operations, resolved
from tests.kit.api.referring import referral_order

pytestmark = pytest.mark.stack
JSON = "application/json"
NOT_FOUND = "paths ~v1/referrals/{referral} get responses 404"


def filled(path: str) -> str:
    """Put ids of nothing into a path."""
    names = {
        "stream": f"nobody-here.referral.{uuid4()}",
        "agency": "nobody-here",
        "programme": "nothing-here",
    }
    ids = {each: str(uuid4()) for each in ("referral", "case", "group", "change", "journey")}
    return path.format_map(ids | names)


FAULTS: dict[str, tuple[bytes, dict[str, str]]] = {
    "idempotency-key-missing": (b"{}", {"idempotency-key": "short"}),
    "malformed-json": (b"{", {}),
    "media-type": (b"{}", {"content-type": "text/plain"}),
    "too-large": (b" " * (BODY_BYTES_MAX + 1), {}),
    "validation": (b'{"nothing": 1}', {}),
}


@pytest.mark.parametrize("kind", FAULTS)
async def test_every_post_reports_what_is_wrong_with_a_request(api: Api, kind: str) -> None:
    content, headers = FAULTS[kind]
    posts = [path for method, path, _ in operations(document_of(api.app, BODIES)) if method == "post"]
    assert posts
    for path in posts:
        named = {"content-type": JSON, "idempotency-key": str(uuid4()), **headers}
        answer = await api.http.post(filled(path), content=content, headers=named)
        assert answer.json()["type"] == f"urn:ieum:problem:{kind}", path


async def test_every_path_reports_what_does_not_exist_and_what_is_no_id(api: Api) -> None:
    found = 0
    for method, path, operation in operations(document_of(api.app, BODIES)):
        if "{" not in path:
            continue
        found += 1
        content = operation.get("requestBody", {}).get("content", {}).get(JSON)
        body = next(iter(content["examples"].values()))["value"] if content else None
        for written, kind in ((filled(path), "not-found"), (_wrong(path), "query")):
            named = {"idempotency-key": str(uuid4())}
            answer = await api.http.request(method, written, json=body, headers=named)
            assert answer.json()["type"] == f"urn:ieum:problem:{kind}", (method, path)
    assert found


REFUSED: dict[str, tuple[str, dict[str, str]]] = {
    "misdirected": ("", {"host": "elsewhere.test"}),
    "host-missing": ("", {"host": "else where"}),
    "foreign-origin": ("", {"origin": "http://elsewhere.test"}),
    "not-acceptable": ("", {"accept": "text/html"}),
    "query": ("?nothing=1", {}),
}


@pytest.mark.parametrize("kind", REFUSED)
async def test_every_route_reports_what_is_refused_before_it(api: Api, kind: str) -> None:
    query, headers = REFUSED[kind]
    asked = 0
    for method, path, _ in operations(document_of(api.app, BODIES)):
        if kind != "not-acceptable" or path.startswith("/v1/"):
            asked += 1
            answer = await api.http.request(method, filled(path) + query, headers=headers)
            assert answer.json()["type"] == f"urn:ieum:problem:{kind}", (method, path)
    assert asked


def test_a_request_that_cannot_be_read_is_answered_as_every_route_declares(api: Api) -> None:
    head, _, body = unread_answer(MALFORMED_REQUEST).partition(b"\r\n\r\n")
    lines = (line.partition(b": ") for line in head.split(b"\r\n")[1:])
    headers = [(name, value) for name, _, value in lines]
    for method, path, _ in operations(document_of(api.app, BODIES)):
        asked = httpx.Request(method, f"http://localhost{filled(path)}")
        answer = httpx.Response(400, headers=headers, content=body, request=asked)
        assert not list(undeclared(document_of(api.app, BODIES), answer))


class _Away:
    """A database that answers nobody."""

    def acquire(self) -> AbstractAsyncContextManager[Connection]:
        raise ConnectionRefusedError


async def test_every_route_that_asks_the_database_reports_that_it_is_away(api: Api) -> None:
    asked = 0
    async with client_of(like(api, database=_Away()), api.headers) as http:
        for method, path, operation in operations(document_of(api.app, BODIES)):
            declared = operation["responses"].get("503", {"content": {}})["content"]
            if "application/problem+json" not in declared:
                continue
            asked += 1
            content = operation.get("requestBody", {}).get("content", {}).get(JSON)
            body = next(iter(content["examples"].values()))["value"] if content else None
            answer = await http.request(
                method, filled(path), json=body, headers={"idempotency-key": str(uuid4())}
            )
            assert answer.json()["type"] == "urn:ieum:problem:unavailable", (method, path)
    assert asked


async def test_a_document_that_says_otherwise_is_found_out(api: Api) -> None:
    document = document_of(api.app, BODIES)
    made = await api.post("/v1/referrals", referral_order(api.peer))
    missing = await api.http.get(filled("/v1/referrals/{referral}"))
    assert not list(undeclared(document, made))
    assert not list(undeclared(document, missing))
    for response, place in (
        (made, "paths ~v1/referrals post responses 201"),
        (made, "paths ~v1/referrals post responses 201 content application/json"),
        (made, "paths ~v1/referrals post responses 201 headers Location"),
        (made, "paths ~v1/referrals post responses 201 headers X-Request-Id"),
        (made, "components schemas ReferralCreated properties open_asks"),
        (missing, NOT_FOUND),
        (missing, f"{NOT_FOUND} content application/problem+json"),
        (
            missing,
            f"{NOT_FOUND} content application/problem+json examples not-found",
        ),
        (missing, "components schemas Problem properties detail_ko"),
    ):
        wrong = _without(document, place)
        assert list(undeclared(wrong, response)), place
    for response, place, name in (
        (made, "components schemas ReferralCreated", "required"),
        (missing, "components schemas Problem", "required"),
    ):
        wrong = copy.deepcopy(document)
        resolved(wrong, {"$ref": f"#/{place.replace(' ', '/')}"})[name].append("never-there")
        assert list(undeclared(wrong, response)), place


async def test_a_header_that_is_declared_has_to_be_there_and_to_fit(api: Api) -> None:
    document = copy.deepcopy(document_of(api.app, BODIES))
    made = await api.post("/v1/referrals", referral_order(api.peer))
    bare = httpx.Response(201, json=made.json(), request=made.request)
    assert {fault.rpartition(" ")[2] for fault in undeclared(document, bare)} == {
        "x-request-id.", "cache-control.", "etag.", "location.",
    }  # fmt: skip
    document["components"]["headers"]["ETag"]["schema"]["pattern"] = "^never$"
    assert list(undeclared(document, made))


def _wrong(path: str) -> str:
    names = ("referral", "case", "group", "stream", "agency", "change", "journey", "programme")
    return path.format_map(dict.fromkeys(names, "x" * 150))


def _without(document: Json, place: str) -> Json:
    wrong = copy.deepcopy(document)
    node = wrong
    *way, last = place.replace("~v1", "/v1").split(" ")
    for part in way:
        node = node[part]
    del node[last]
    return wrong
