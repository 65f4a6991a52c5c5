"""Runs `ieum` against an agency's API that a test serves."""

import asyncio
import os
import subprocess
from pathlib import Path

from tests.forks import run_ieum
from tests.journeys.living import ROOT

OK, USAGE, UNREACHABLE, REFUSED = 0, 2, 3, 4
NOBODYS = "a.b.c"
"""A token that no agency takes."""
NOWHERE = 9
"""A port on which nothing answers."""


async def call(
    *arguments: str, agency: str, port: int, folder: Path, token: str = NOBODYS
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; it knows one agency, at this port."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith("IEUM_")}
    urls = f"{agency}=http://127.0.0.1:{port}"
    environment = {**outside, "IEUM_STATE": str(folder / "no-stack"), "IEUM_URLS": urls, "IEUM_TOKEN": token}
    return await asyncio.to_thread(run_ieum, arguments, environment, ROOT)


def said_in_a_sentence(run: subprocess.CompletedProcess[str], code: int, says: str) -> None:
    """Assert that a command ended with a code, one sentence on stderr, and nothing on stdout."""
    assert run.returncode == code, (run.stdout, run.stderr)
    assert says in run.stderr
    assert run.stdout == ""
    assert "Traceback" not in run.stderr
