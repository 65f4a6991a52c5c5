"""Whole services as processes of their own, to be called, killed and started again."""

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from ieum_lab.embedded.ports import LOOPBACK, free_port
from ieum_lab.testing.centre import CentreUnderTest
from tests.kit.delivery.agencies import until

ROOT = Path(__file__).parents[2]
START_SECONDS_MAX, CALL_SECONDS_MAX, END_SECONDS_MAX = 90.0, 20.0, 20.0


class Instance:
    """One process of one agency."""

    def __init__(self, centre: CentreUnderTest, agency: str, log: Path, package: str | None = None) -> None:
        self._centre, self._agency, self._log, self._package = centre, agency, log, package
        self._popen: subprocess.Popen[bytes] | None = None
        self._port = 0

    def start(self) -> None:
        """Start it on a port of its own."""
        self._port = free_port()
        own = {
            "IEUM_HTTP_PORT": str(self._port),
            **({"IEUM_PACKAGE": self._package} if self._package else {}),
        }
        with self._log.open("ab") as out:
            self._popen = subprocess.Popen(
                [sys.executable, "-m", "ieum.cli.main", "run", self._agency],
                cwd=ROOT,
                env={**os.environ, **self._centre.access(self._agency).environment(), **own},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    def kill(self) -> None:
        """End it at once, with SIGKILL."""
        if self._popen is not None:
            self._popen.kill()
            self._popen.wait(END_SECONDS_MAX)

    async def works(self) -> None:
        """Wait until it serves."""

        async def serves() -> bool:
            assert self._popen is not None
            assert self._popen.poll() is None, self._log.read_text()[-2000:]
            answer = await self.call("GET", "/v1/programmes")
            return answer is not None and len(answer["programmes"]) > 1

        await until(serves, START_SECONDS_MAX, pause=0.2)

    async def call(self, method: str, path: str, body: object = None) -> dict[str, Any] | None:
        """Call its API; None when it does not answer, or refuses."""
        address = f"http://{LOOPBACK}:{self._port}"
        with suppress(httpx.TransportError):
            async with httpx.AsyncClient(base_url=address, timeout=CALL_SECONDS_MAX) as http:
                headers = {"idempotency-key": str(uuid4())}
                answer = await http.request(method, path, json=body, headers=headers)
                content: dict[str, Any] | None = answer.json() if answer.is_success else None
                return content
        return None
