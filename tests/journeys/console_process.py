"""The console's projector as a process of its own on a living centre, and what it has come to."""

import asyncio
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from ieum.storage.database import Database
from ieum_console.access import console_values
from ieum_console.database import open_console_database
from ieum_console.projection import Freshness, behind
from ieum_console.settings import ConsoleSettings
from ieum_lab.embedded.ports import free_port
from tests.journeys.living import IEUM, ROOT, Living

CAUGHT_UP_SECONDS_MAX = 60.0


class ConsoleProcess:
    """`ieum console run`, started, killed and started again."""

    def __init__(self, living: Living, log: Path) -> None:
        self._living = living
        self._log = log
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [str(IEUM), "console", "run"],
                cwd=ROOT,
                env=self._living.environment() | {"IEUM_HTTP_PORT": str(self._port)},
                stdout=log,
                stderr=log,
            )

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def log(self) -> str:
        return self._log.read_text(encoding="utf-8")


@asynccontextmanager
async def console_of(living: Living, log: Path) -> AsyncIterator[tuple[ConsoleProcess, Database]]:
    """Run the console of a living centre, and open its database."""
    under_test = living.under_test
    settings = ConsoleSettings.model_validate(console_values(under_test.centre, under_test.settings))
    process, database = ConsoleProcess(living, log), await open_console_database(settings)
    try:
        process.start()
        yield process, database
    finally:
        process.kill()
        await database.close()


async def caught_up(database: Database) -> Freshness:
    """Wait until a look at the topics, begun after now, has found nothing unread."""
    since, deadline = datetime.now(UTC), time.monotonic() + CAUGHT_UP_SECONDS_MAX
    while True:
        try:
            async with database.acquire() as connection:
                found = await behind(connection, datetime.now(UTC))
        except Exception:  # the tables are made when the process starts
            if time.monotonic() > deadline:
                raise
        else:
            if found.is_live and found.records_behind == 0 and found.as_of and found.as_of > since:
                return found
            assert time.monotonic() < deadline, found
        await asyncio.sleep(0.3)
