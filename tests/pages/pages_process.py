"""The pages as a process of its own on a console's database, which can be killed and started again."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

from ieum_lab.embedded.ports import LOOPBACK, free_port
from tests.pages.conftest import Site
from tests.pages.issuer import CLIENT

ROOT = Path(__file__).resolve().parents[2]
IEUM = Path(sys.executable).with_name("ieum")
READY_SECONDS_MAX = 90.0


class PagesProcess:
    """`ieum console` with some arguments: started, killed as by a power cut, started again."""

    def __init__(self, environment: Mapping[str, str], arguments: tuple[str, ...], log: Path) -> None:
        self.port = free_port()
        self.url = f"http://{LOOPBACK}:{self.port}"
        outside = {name: value for name, value in os.environ.items() if not name.startswith("IEUM_")}
        own = {"IEUM_HTTP_PORT": str(self.port), "IEUM_CONSOLE_URL": self.url, "IEUM_OIDC_CLIENT_ID": CLIENT}
        self._environment, self._log = {**outside, **own, **environment}, log
        self._command = [str(IEUM), "console", *arguments]
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        self._process = self._started()
        deadline = time.monotonic() + READY_SECONDS_MAX
        async with httpx.AsyncClient(base_url=self.url, trust_env=False) as client:
            while True:
                try:
                    if (await client.get("/health/live")).is_success:
                        return
                except httpx.TransportError:
                    assert self._process.poll() is None, self.log()
                    assert time.monotonic() < deadline, self.log()
                await asyncio.sleep(0.1)

    def _started(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(self._command, cwd=ROOT, env=self._environment, stdout=log, stderr=log)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def log(self) -> str:
        return self._log.read_text(encoding="utf-8")


@contextmanager
def pages_process(site: Site, urls: Mapping[str, str], folder: Path) -> Iterator[PagesProcess]:
    """Make a second console on the database of a site, with agencies of its own addresses; not started."""
    nowhere = f"{LOOPBACK}:{free_port()}"
    environment = {
        "IEUM_STATE": str(folder / "no-stack"),
        "IEUM_CENTRE_FILE": str(ROOT / "infra" / "centre.toml"),
        "IEUM_DATABASE_ADMIN_DSN": site.dsn,
        "IEUM_DATABASE_DSN": site.dsn,
        "IEUM_KAFKA_BOOTSTRAP": nowhere,
        "IEUM_KAFKA_ADMIN_PASSWORD": "unused",
        "IEUM_KAFKA_USERNAME": "unused",
        "IEUM_KAFKA_PASSWORD": "unused",
        "IEUM_OIDC_ISSUER": site.issuer.url,
        "IEUM_URLS": ",".join(f"{agency}={url}" for agency, url in urls.items()),
    }
    process = PagesProcess(environment, ("pages",), folder / "pages.log")
    try:
        yield process
    finally:
        process.kill()
