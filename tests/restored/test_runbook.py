"""The runbook: every command in it is run against a centre."""

import asyncio
import re
import shlex
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio
from uuid_utils.compat import uuid7

from ieum.delivery.blocked.parked_event import ParkedEvent
from ieum.delivery.blocked.parking import park
from ieum.delivery.records.verification import heard
from ieum.delivery.streams.stream import FAMILIES, StreamKey
from ieum_contracts import envelope
from ieum_contracts.envelope import Envelope
from ieum_lab.embedded.stack import Stack
from ieum_lab.testing.centre import Template, end_centre, new_centre
from tests.journeys.living import ROOT, Living, write_centre_file

pytestmark = [pytest.mark.stack, pytest.mark.slow]
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
COMMANDS = [
    line
    for block in re.findall(r"^```sh\n(.*?)^```$", RUNBOOK, re.MULTILINE | re.DOTALL)
    for line in block.splitlines()
]
MINE, PEER = "city-welfare-team", "employment-center"
KEY = UUID("0198c0de-0000-7000-8000-00000000000a")
STREAM = f"{PEER}.referral.{KEY}"
HELD_SINCE = datetime(2026, 11, 28, 3, tzinfo=UTC)
NEEDED, LOOKS = 1, ("status", "doctor", "reconcile", "list")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def living(
    stack: Stack, database_template: Template, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Living]:
    """Give a centre of two agencies, of which one runs."""
    under_test = await new_centre(stack, database_template, (MINE, PEER))
    path: Path = tmp_path_factory.mktemp("centre") / "centre.toml"
    centre = Living(stack, under_test, write_centre_file(path, under_test))
    await centre.start(MINE)
    yield centre
    await centre.stop()
    await end_centre(under_test)


CLEAN = """
with s as (delete from stream), p as (delete from parked), l as (delete from ledger),
    o as (delete from source)
insert into peer (address) values ($1) on conflict (address) do update set address = $1 returning id
"""
HOLD = """
insert into source (peer, since, troubles, held, held_since) values ($1, $2, 3000, 'source.held', $2)
"""


async def trouble(living: Living, reason: str = "fold.failed") -> None:
    """Let one event be dead and its source be held, as a bad hour leaves them."""
    me, peer = living.under_test.address(MINE), living.under_test.address(PEER)
    now = HELD_SINCE
    event = Envelope(
        id=uuid7(),
        source=peer,
        type="referral.outcome-disputed.v1",
        time=now,
        subject=str(KEY),
        recipient=me,
        dataschema="urn:ieum:referral.outcome-disputed:1.0",
        sequence=1,
    )
    headers = envelope.canonical(envelope.write(event))
    connection = await asyncpg.connect(living.under_test.access(MINE).dsn)
    async with connection.transaction():
        number = await connection.fetchval(CLEAN, str(peer))
        found = heard(FAMILIES[1], KEY, 1, event, headers=headers, body=b"{}")
        await park(connection, [ParkedEvent(StreamKey(KEY, number, 1), found, reason, now, dead=True)])
        await connection.execute(HOLD, number, now)
    await connection.close()


@pytest.mark.parametrize("command", COMMANDS)
async def test_a_command_of_the_runbook_does_what_it_says(living: Living, command: str) -> None:
    await trouble(living)
    name, *arguments = shlex.split(command)
    assert name == "ieum"
    run = await living.ieum(*arguments)
    may_find_something = {0, NEEDED} if set(arguments) & set(LOOKS) else {0}
    assert run.returncode in may_find_something, run.stderr


async def repeated(living: Living, *command: str) -> str:
    """Look first; gives the command that the dry run says to repeat."""
    looked = await living.ieum(*command, "--dry-run")
    assert looked.returncode == 0, looked.stderr
    return next(line for line in looked.stdout.splitlines() if line.startswith("ieum "))


async def test_verbs_say_what_they_did_and_end_as_they_should(living: Living) -> None:
    await trouble(living)
    listed = await living.ieum("streams", "list", MINE)
    assert listed.returncode == NEEDED
    assert STREAM in listed.stdout.replace("\n", "")
    act = ("--reason", "fold-mended", "--json")
    assert (await living.ieum("streams", "skip", MINE, STREAM, *act)).returncode == 2, "it names no number"
    skip = await repeated(living, "streams", "skip", MINE, STREAM, "--reason", "it-s-mended")
    assert shlex.split(skip)[1:6] == ["streams", "skip", MINE, STREAM, "1"]
    other = await living.ieum("streams", "skip", MINE, STREAM, "2", *act)
    assert (other.returncode, other.stdout) == (4, "")
    assert "Another operator may have been first" in other.stderr
    skipped = await living.ieum(*shlex.split(skip)[1:], "--json")
    assert '"waited_for": "fold.failed"' in skipped.stdout
    again = await living.ieum(*shlex.split(skip)[1:])
    assert (again.returncode, again.stdout) == (4, "")
    assert "no event to retry" in again.stderr
    release = shlex.split(await repeated(living, "streams", "release", MINE, PEER, "--reason", "mended"))
    released = await living.ieum(*release[1:], "--json")
    assert '"held": "source.held"' in released.stdout
    assert (await living.ieum(*release[1:])).returncode == 4
    assert (await living.ieum("streams", "retry", MINE, *act)).returncode == 2
    assert (await living.ieum("streams", "list", "nobody")).returncode == 2
    await asyncio.to_thread(living.services[MINE].kill)
    assert (await living.ieum("streams", "list", MINE)).returncode == 3
    await asyncio.to_thread(living.services[MINE].start)
    await asyncio.to_thread(living.services[MINE].wait_until_ready, 60.0)
