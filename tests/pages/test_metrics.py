"""The console's metrics: who may read them, and that they say how far it is behind."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from prometheus_client.parser import text_string_to_metric_families
from starlette.responses import PlainTextResponse

from ieum.access.callers import Role
from ieum.centre.issuer_key import Account, IssuerKey, make_issuer, read_issuer_key
from ieum.storage.database import Database, open_database
from ieum_console.pages.console_measures import ConsoleMeasures
from ieum_console.pages.metrics_endpoint import MetricsEndpoint
from ieum_console.projection.freshness import SILENT_AFTER
from ieum_console.settings import ConsoleSettings
from ieum_lab.embedded.stack import Stack
from tests.pages.conftest import new_console_database

pytestmark = pytest.mark.stack
ISSUER, CONSOLE = "urn:ieum:test:issuer", "/yangju/console"
NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)
CHECKED = """
update projector set checked_at = $1, records_behind = $2, oldest_unread_at = $3 where id = 1
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def database(stack: Stack) -> AsyncIterator[Database]:
    opened = await open_database(await new_console_database(stack))
    yield opened
    await opened.close()


def settings(**given: Any) -> ConsoleSettings:
    unused = {
        "database_dsn": "postgresql://x",
        "kafka_bootstrap": "x",
        "kafka_username": "x",
        "kafka_password": "x",
    }
    return ConsoleSettings.model_validate({**unused, **given})


def client(database: Database, console: ConsoleSettings) -> httpx.AsyncClient:
    endpoint = MetricsEndpoint(PlainTextResponse("page"), console, database, ConsoleMeasures(), lambda: NOW)
    transport = httpx.ASGITransport(app=endpoint, client=("10.0.0.7", 1))
    return httpx.AsyncClient(transport=transport, base_url="http://prometheus-sees-another-name")


@pytest.fixture
def key(tmp_path: Path) -> IssuerKey:
    make_issuer(tmp_path, tmp_path)
    return read_issuer_key(tmp_path / "key.json", ISSUER)


def trusting(tmp_path: Path) -> ConsoleSettings:
    return settings(token_issuer=ISSUER, token_jwks_file=tmp_path / "jwks.json")


def bearer(key: IssuerKey, role: Role, audience: str = CONSOLE) -> Mapping[str, str]:
    return {"authorization": f"Bearer {key.token(Account('scraper', [role]), [audience])}"}


async def test_an_operators_token_for_the_console_reads_and_no_other(
    database: Database, key: IssuerKey, tmp_path: Path
) -> None:
    async with client(database, trusting(tmp_path)) as http:
        assert (await http.get("/metrics")).status_code == 401
        assert (await http.get("/metrics", headers={"authorization": "Bearer x.y.z"})).status_code == 401
        other = bearer(key, Role.OPERATOR, "/yangju/city-welfare-team")
        assert (await http.get("/metrics", headers=other)).status_code == 401
        for role in set(Role) - {Role.OPERATOR}:
            assert (await http.get("/metrics", headers=bearer(key, role))).status_code == 403
        answer = await http.get("/metrics", headers=bearer(key, Role.OPERATOR))
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
        assert (await http.post("/metrics", headers=bearer(key, Role.OPERATOR))).status_code == 405
        assert (await http.get("/metrics/x")).text == "page", "all else is the pages'"


@pytest.mark.parametrize(("network", "status"), [("10.0.0.0/24", 200), ("10.0.1.0/24", 401), ("", 401)])
async def test_a_network_that_is_named_needs_no_token(database: Database, network: str, status: int) -> None:
    async with client(database, settings(metrics_from=network)) as http:
        assert (await http.get("/metrics")).status_code == status


async def test_how_far_the_console_is_behind_is_said_and_grows_when_nothing_looks_any_more(
    database: Database,
) -> None:
    minute = timedelta(minutes=1)
    cases = [
        (NOW, 0, None, (0, 0, 1)),
        (NOW, 7, NOW - minute, (60, 7, 1)),
        (NOW - SILENT_AFTER - minute, 7, NOW - 2 * minute, (195, 7, 0)),
    ]
    for checked, records, oldest, said in cases:
        async with database.acquire() as connection:
            await connection.execute(CHECKED, checked, records, oldest)
        async with client(database, settings(metrics_from="10.0.0.7")) as http:
            text = (await http.get("/metrics")).text
        found = {
            each.name: each.samples[0].value
            for each in text_string_to_metric_families(text)
            if each.name.startswith("ieum_projection")
        }
        assert tuple(found.values()) == said


async def test_a_database_that_is_away_is_no_number(stack: Stack) -> None:
    away = await open_database("postgresql://nobody:x@127.0.0.1:1/nothing")
    async with client(away, settings(metrics_from="10.0.0.7")) as http:
        assert (await http.get("/metrics")).status_code == 503
    await away.close()
