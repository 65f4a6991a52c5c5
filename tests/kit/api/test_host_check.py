"""Only configured names are served, and no web page of another origin: neither by rebinding nor directly."""

import re
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import pytest
import pytest_asyncio
import yaml
from prometheus_client import CollectorRegistry
from pydantic import ValidationError

from ieum.api.http.host_check import LOCAL_HOSTS
from ieum.api.http.middleware import ApiMiddleware
from ieum.settings import Settings
from tests.kit.api.raw_http import answers, echo, serving, talk
from tests.test_compose import COMPOSE

HOSTS = LOCAL_HOSTS | {"employment-center", "10.0.0.5", "[fd00::5]", "[FD00:0:0::0006]"}
PROBLEM = "urn:ieum:problem:"
NEEDED: Mapping[str, Any] = {
    "agency": "employment-center",
    "database_dsn": "postgresql://a@b/c",
    "kafka_bootstrap": "kafka:9092",
    "kafka_username": "a",
    "kafka_password": "b",
    "token_issuer": "http://issuer.example",
    "token_jwks_file": "jwks.json",
}
LINK = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def port() -> AsyncIterator[int]:
    async with serving(ApiMiddleware(echo, CollectorRegistry(), (), HOSTS, access=None)) as found:
        yield found


async def _ask(
    path: str = "/v1/referrals", method: str = "GET", **headers: str
) -> tuple[int, Mapping[str, Any]]:
    door = ApiMiddleware(echo, CollectorRegistry(), (), HOSTS, access=None)
    named = {"host": "localhost", **{name.replace("_", "-"): value for name, value in headers.items()}}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(door), base_url="http://localhost") as http:
        answer = await http.request(method, path, headers=named)
    problem = answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json() if problem and answer.content else {}


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST:8101",
        "127.0.0.1:1",
        "localhost:",
        "[::1]",
        "[0:0::1]:80",
        "employment-center:8080",
        "[fd00::5]",
        "[fd00::6]",
        "[fd00:0:0::6]:80",
    ],
)
async def test_a_configured_name_is_served_with_any_port(host: str) -> None:
    assert await _ask(host=host) == (200, {})


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8101",
        "localhost.evil.example",
        "evil-localhost",
        "localhost.",
        "127.0.0.2",
        "2130706433",
        "0x7f.1",
        "0.0.0.0",  # noqa: S104 - a name that somebody sends
        "10.0.0.50",
        "[::2]",
        "[::ffff:127.0.0.1]",
    ],
)
async def test_any_other_name_is_refused_whatever_is_asked(host: str) -> None:
    for path in ("/v1/referrals", "/metrics", "/docs", "/nothing"):
        status, problem = await _ask(path, host=host)
        assert (status, problem["type"]) == (421, f"{PROBLEM}misdirected")
    status, _ = await _ask("/v1/referrals", "POST", host=host)
    assert status == 421


@pytest.mark.parametrize(
    "host", ["", "a b", "user@localhost", "localhost:x", "localhost/", "[::1", "a,localhost"]
)
async def test_a_host_that_is_none_is_refused(host: str) -> None:
    status, problem = await _ask(host=host)
    assert (status, problem["type"]) == (400, f"{PROBLEM}host-missing")


GET = b"GET /v1/referrals HTTP/1.1\r\n%bconnection: close\r\n\r\n"
LIVE = b"GET /health/live HTTP/1.%d\r\n%bconnection: close\r\n\r\n"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (GET % b"", 400),
        (GET % b"host: localhost\r\nhost: localhost\r\n", 400),
        (GET % b"host: localhost\r\nhost: evil.example\r\n", 400),
        (GET % b"host: localhost\r\n", 200),
        (GET.replace(b"GET /", b"GET http://localhost:8101/") % b"host: evil.example\r\n", 200),
        (GET.replace(b"GET /", b"GET http://evil.example/") % b"host: localhost\r\n", 421),
        (GET.replace(b"GET /", b"GET http://localhost/") % b"", 400),
        (GET.replace(b"1.1", b"1.0") % b"", 400),
        (LIVE % (0, b""), 200),
        (LIVE % (1, b""), 400),
        (LIVE % (1, b"host: 10.1.2.3:8080\r\n"), 200),
        (LIVE % (1, b"host: [fd00::7]:8080\r\n"), 200),
        (LIVE % (1, b"host: evil.example\r\n"), 421),
    ],
)
async def test_what_is_sent_is_served_or_refused(port: int, sent: bytes, status: int) -> None:
    assert [each for each, *_ in answers(await talk(port, sent))] == [status]


async def test_the_check_of_the_composed_container_is_answered(port: int) -> None:
    compose = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    [check] = re.findall(r'b"(GET .*?)"', compose["x-agency"]["healthcheck"]["test"][-1])
    said = check.encode().decode("unicode_escape").encode()
    assert [each for each, *_ in answers(await talk(port, said))] == [200]


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:3000"},
        {"origin": "https://localhost:8101.evil.example"},
        {"origin": "file://"},
        {"origin": "http://localhost"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": "same-origin, cross-site"},
        {"sec_fetch_site": "cross-site", "sec_fetch_mode": "no-cors"},
        {**LINK, "sec-fetch-dest": "iframe"},
        LINK,
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS", "HEAD"])
async def test_a_page_of_another_origin_is_refused(headers: dict[str, str], method: str) -> None:
    status, problem = await _ask(method=method, host="localhost:8101", **headers)
    assert status == 403
    assert method == "HEAD" or problem["type"] == f"{PROBLEM}foreign-origin"


@pytest.mark.parametrize(
    ("host", "headers"),
    [
        ("localhost:8101", {"origin": "http://localhost:8101", "sec_fetch_site": "same-origin"}),
        ("employment-center", {"origin": "https://employment-center"}),
        ("employment-center:443", {"origin": "https://Employment-Center"}),
        ("[::1]:8101", {"origin": "http://[::1]:8101"}),
        ("localhost", {"sec_fetch_site": "none", "sec_fetch_mode": "navigate"}),
    ],
)
async def test_the_services_own_pages_and_people_at_the_address_line_are_served(
    host: str, headers: dict[str, str]
) -> None:
    assert (await _ask(host=host, **headers))[0] == 200
    assert (await _ask("/v1/referrals", "POST", host=host, **headers))[0] == 200


async def test_a_link_elsewhere_may_lead_to_the_pages_for_people() -> None:
    for path in ("/docs", "/problems", "/problems/move"):
        assert (await _ask(path, **LINK))[0] == 200
        assert (await _ask(path, "POST", **LINK))[0] == 403
    assert (await _ask("/docsecret", **LINK))[0] == 403


@pytest.mark.parametrize("path", ["/v1/%zz", "/v1/a%2Fb", "/v1/a%00", "/v1/%", "/v1/a%5cb"])
async def test_a_path_whose_escapes_are_none_or_hide_its_parts_is_refused(port: int, path: str) -> None:
    sent = f"GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n".encode()
    [(status, media, _)] = answers(await talk(port, sent))
    assert (status, media) == (400, "application/problem+json")


def test_names_are_read_from_one_setting() -> None:
    assert Settings(**NEEDED).served_hosts == {"127.0.0.1"}
    named = Settings(**NEEDED, http_host="::", http_hosts="Employment-Center, 10.0.0.5 ,[FD00::5],")
    assert named.served_hosts == {"employment-center", "10.0.0.5", "[fd00::5]"}
    assert Settings(**NEEDED, http_host="::1").served_hosts == {"[::1]"}


@pytest.mark.parametrize("names", ["http://a", "a:8080", "a b", "*", "[::1]:8080"])
def test_what_is_no_name_stops_the_start(names: str) -> None:
    with pytest.raises(ValidationError, match="IEUM_HTTP_HOSTS takes names alone"):
        Settings(**NEEDED, http_hosts=names)


def test_every_composed_agency_answers_to_its_own_name() -> None:
    compose = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    agencies = [each["environment"] for each in compose["services"].values() if "IEUM_AGENCY" in str(each)]
    assert len(agencies) == 6
    assert all(each["IEUM_HTTP_HOSTS"] == each["IEUM_AGENCY"] for each in agencies)
