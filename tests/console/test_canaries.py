"""A text of its own in every field of every body that agencies send: at the console none of them is found.

Every published example of an event is sent, each leaf of its body replaced, the sealed part open; a process
of the console reads them. Then everything that somebody may be given is looked through: pages in both
languages, files, the live stream, the log, every column of the database.
"""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from asyncpg import Connection

from ieum.centre.centre_file import read_centre
from ieum.storage.database import Database
from ieum_console.database import migrate_console, open_console_database
from ieum_console.pages.page_routes import LIVE_PATH, ROUTES
from ieum_lab.embedded.ports import LOOPBACK, free_port
from ieum_lab.embedded.stack import Stack
from ieum_lab.testing.plugin import MakeCentre
from services.city_welfare_team.agency import AGENCY as WELFARE
from services.employment_center.agency import AGENCY as EMPLOYMENT
from tests.console.conftest import Console, settings_of
from tests.console.test_projector import COLUMNS, caught_up
from tests.console.writing import Writer, writer
from tests.journeys.living import ROOT, Living, write_centre_file
from tests.kit.api.agency_api import open_api
from tests.pages.conftest import served, tokens_of
from tests.pages.issuer import TestIssuer
from tests.pages.pages_process import PagesProcess
from tests.pages.parked import park_some

pytestmark = [pytest.mark.stack, pytest.mark.timeout(240)]
EXAMPLES = sorted((ROOT / "contracts" / "examples").glob("*.json"))
CANARY = "CNRY"
TABS = ("timeline", "events", "delivery", "audit")
LIVE_LINES_MAX = 12
PARKED = b'{"programme":"CNRY-parked-open","sealed":{"client":{"name":"CNRY-parked-sealed"}}}'
REFERRALS = "select id from referral"
OPERATION = "select id from operation"


def marked(body: Any, numbers: Iterator[int]) -> Any:
    """Replace every leaf by a text that occurs nowhere else."""
    if isinstance(body, dict):
        return {name: marked(each, numbers) for name, each in body.items()}
    if isinstance(body, list):
        return [marked(each, numbers) for each in body] or f"{CANARY}-{next(numbers)}"
    return f"{CANARY}-{next(numbers)}"


async def _send_examples(write: Writer, centre: str) -> int:
    """Send every example as from this centre's agencies; returns how many fields were marked."""
    numbers = count(1)
    for file in EXAMPLES:
        example = json.loads(file.read_text(encoding="utf-8"))
        headers = [
            (name, value.replace("/yangju/", f"/{centre}/").encode())
            for name, value in example["headers"].items()
        ]
        body = json.dumps(marked(example["body"], numbers)).encode()
        assert CANARY.encode() in body, file.name
        await write.record(
            example["topic"].replace("yangju.", f"{centre}.", 1),
            body,
            key=example["key"].encode(),
            partition=example["partition"],
            headers=headers,
        )
    return next(numbers)


@asynccontextmanager
async def signed_in(url: str, person: str) -> AsyncIterator[httpx.AsyncClient]:
    """Go to the issuer and back, as a browser does."""
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=30.0) as client:
        sent = await client.get("/sign-in")
        back = await client.get(f"{sent.headers['location']}&as={person}")
        assert (await client.get(back.headers["location"])).status_code == 303
        yield client


async def _prepare_operation(client: httpx.AsyncClient) -> None:
    form = {"agency": WELFARE.id, "state": "dead", "reason": "fold.canary", "act": "retry"}
    answer = await client.post("/troubles/prepare", data=form, headers={"sec-fetch-site": "same-origin"})
    assert answer.status_code == 303, answer.text


async def _everything(client: httpx.AsyncClient, connection: Connection) -> AsyncIterator[tuple[str, str]]:
    """Give all that the console answers, with its address."""
    keys = [str(row["id"]) for row in await connection.fetch(REFERRALS)]
    operation = str(await connection.fetchval(OPERATION))
    for language in ("ko", "en"):
        headers = {"accept-language": language}
        for route in ROUTES:
            if route.method != "GET":
                continue
            for key in keys if "{referral}" in route.path else [""]:
                path = route.path.replace("{referral}", key).replace("{operation}", operation)
                for query in [f"?tab={tab}" for tab in TABS] if path.endswith(f"/{key}") and key else [""]:
                    answer = await client.get(path + query, headers=headers)
                    assert answer.status_code == 200, path
                    yield f"{language} {path}{query}", answer.text + str(answer.headers)
        yield f"{language} {LIVE_PATH}", await _live(client, headers)


async def _live(client: httpx.AsyncClient, headers: dict[str, str]) -> str:
    lines: list[str] = []
    async with client.stream("GET", f"{LIVE_PATH}?after=0", headers=headers) as stream:
        async for line in stream.aiter_lines():
            lines.append(line)
            if len(lines) == LIVE_LINES_MAX:
                break
    assert any('"edges":[[' in line for line in lines), lines
    return "\n".join(lines)


@asynccontextmanager
async def running(
    stack: Stack, console: Console, urls: dict[str, str], folder: Path
) -> AsyncIterator[PagesProcess]:
    """Run the console of a centre as a process, at the most talkative."""
    issuer, port = TestIssuer(), free_port()
    issuer.url = f"http://{LOOPBACK}:{port}"
    issuer.at_agencies = tokens_of(console.centre)
    centre_file = write_centre_file(folder / "centre.toml", console.centre)
    environment = {
        **Living(stack, console.centre, centre_file).environment(),
        "IEUM_OIDC_ISSUER": issuer.url,
        "IEUM_URLS": ",".join(f"{agency}={url}" for agency, url in urls.items()),
        "IEUM_LOG_LEVEL": "debug",
    }
    process = PagesProcess(environment, ("run",), folder / "console.log")
    async with served(issuer.app, port):
        try:
            await process.start()
            yield process
        finally:
            process.kill()


@asynccontextmanager
async def console_of_six(make_centre: MakeCentre) -> AsyncIterator[Console]:
    """Make the console of a centre of six agencies, for the examples are a story among them."""
    centre = await make_centre(*read_centre(ROOT / "infra" / "centre.toml").agencies)
    settings = settings_of(centre)
    await migrate_console(settings)
    database = await open_console_database(settings)
    yield Console(centre, settings, database)
    await database.close()


async def test_nothing_of_a_body_is_found_anywhere(
    stack: Stack, make_centre: MakeCentre, tmp_path: Path
) -> None:
    port = free_port()
    async with (
        console_of_six(make_centre) as console,
        open_api(console.centre, WELFARE, EMPLOYMENT) as welfare,
        served(welfare.app, port),
        running(stack, console, {WELFARE.id: f"http://{LOOPBACK}:{port}"}, tmp_path) as process,
    ):
        async with writer(console.centre) as write:
            assert await _send_examples(write, console.centre.id) > 500
        await park_some(welfare, 3, "fold.canary", PARKED)
        await caught_up(console)
        async with signed_in(process.url, "admin-1") as client, console.database.acquire() as connection:
            await _prepare_operation(client)
            given = {where: text async for where, text in _everything(client, connection)}
            assert [where for where, text in given.items() if CANARY in text] == []
            assert await _columns_with(console.database, CANARY) == []
        assert CANARY not in process.log()
        assert "projector.topics" in process.log()
    assert len(given) > 60
    assert "019f1b21" in given["en /referrals"], "the referrals of the examples are there"
    assert "fold.canary" in given["en /troubles"]


async def _columns_with(database: Database, text: str) -> list[str]:
    async with database.acquire() as connection:
        columns = await connection.fetch(COLUMNS)
        assert len(columns) > 100
        return [
            f"{row['table_name']}.{row['column_name']}"
            for row in columns
            if await connection.fetchval(row["counted"], f"%{text}%")
        ]
