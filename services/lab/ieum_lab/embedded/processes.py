"""The services of a centre on one machine: each a process with its own log and port."""

import json
import os
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from ieum.centre.credentials import AgencyAccess
from ieum_lab.embedded.child import STOP_SECONDS, Child
from ieum_lab.embedded.errors import StackError
from ieum_lab.embedded.ports import LOOPBACK, free_port, is_free
from ieum_lab.embedded.record import write_secret
from ieum_lab.embedded.state import StateFolder

READY_SECONDS_MAX = 90.0
"""On a busy machine a start takes most of a minute; a process that ends is noticed at once."""
ANSWER_SECONDS_MAX = 2.0
PAUSE_SECONDS = 0.05
READY_PATH = "/health/ready"


class Service:
    """One service process. Its methods block; from a coroutine call them with `asyncio.to_thread`."""

    def __init__(
        self,
        name: str,
        state: StateFolder,
        command: Sequence[str],
        environment: Mapping[str, str],
        port: int,
        *,
        ready_path: str = READY_PATH,
    ) -> None:
        self.name = name
        self.url = f"http://{LOOPBACK}:{port}"
        self.child = Child(name, state)
        self._command = command
        self._environment = environment
        self._ready_path = ready_path

    @property
    def pid(self) -> int | None:
        """The pid, or None when the process does not run."""
        return self.child.pid()

    @property
    def log(self) -> Path:
        """The file that the process writes its log to."""
        return self.child.log

    def start(self) -> None:
        """Start the process; `wait_until_ready` waits until it serves."""
        self.child.start(self._command, environment=self._environment)

    def is_ready(self) -> bool:
        """Ask the service whether it is ready."""
        try:
            answer = httpx.get(
                self.url + self._ready_path,
                timeout=ANSWER_SECONDS_MAX,
                trust_env=False,
                verify=False,  # noqa: S501 - plain HTTP; to load certificates would cost 20 ms each time
            )
        except httpx.TransportError:
            return False
        return answer.is_success

    def wait_until_ready(self, seconds: float = READY_SECONDS_MAX) -> float:
        """Wait until the service is ready and return how long that took.

        Raises StackError with the end of its log when the process ends, or is not ready within `seconds`.
        """
        begun = time.monotonic()
        while not self.is_ready():
            if self.pid is None:
                raise StackError(f"{self.name} ended while starting. {self._end_of_log()}")
            if time.monotonic() - begun > seconds:
                raise StackError(f"{self.name} was not ready within {seconds:.0f} s. {self._end_of_log()}")
            time.sleep(PAUSE_SECONDS)
        return time.monotonic() - begun

    def kill(self) -> None:
        """Kill the process (SIGKILL); returns when it is gone."""
        self.child.kill()

    def stop(self, seconds: float = STOP_SECONDS) -> bool:
        """Ask the process to end (SIGTERM) and kill it after `seconds`; True when it ended by itself."""
        return self.child.stop(seconds=seconds)

    def restart(self) -> None:
        """Restart the process, ending it first when it still runs."""
        self.stop()
        self.start()

    def resident_bytes(self) -> int:
        """Measure the memory that the process holds."""
        return self.child.resident_bytes()

    def _end_of_log(self) -> str:
        return f"Its log {self.log} ends:\n{self.child.tail()}"


def agency_service(
    state: StateFolder,
    access: AgencyAccess,
    settings: Mapping[str, str] | None = None,
    name: str | None = None,
    *,
    module: str = "ieum.cli.main",
) -> Service:
    """Describe the process that runs an agency, on a port that is kept in the state folder.

    `settings` are further environment variables (`IEUM_LOG_LEVEL` and the like); `name` tells the process
    from others of the state folder, where several centres share it, and `module` is its entry point.
    """
    agency = access.address.agency
    name = name or agency
    port = kept_port(state, name)
    return Service(
        name,
        state,
        [sys.executable, "-m", module, "run", agency],
        {**outside(), **access.environment(), "IEUM_HTTP_PORT": str(port), **(settings or {})},
        port,
    )


def outside() -> dict[str, str]:
    """Return the environment without settings of ours: a process is told its own."""
    return {name: value for name, value in os.environ.items() if not name.startswith("IEUM_")}


def start_all(services: Iterable[Service], seconds: float = READY_SECONDS_MAX) -> dict[str, float]:
    """Start services, as many at a time as there are processors; returns the seconds until each was ready.

    A start is bound by the processor: more at once would only slow each other down.
    """
    everyone = list(services)

    def start(service: Service) -> float:
        service.start()
        return service.wait_until_ready(seconds)

    with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
        times = threads.map(start, everyone)
        return dict(zip((service.name for service in everyone), times, strict=True))


def stop_all(services: Iterable[Service], seconds: float = STOP_SECONDS) -> None:
    """Stop services side by side."""
    everyone = list(services)
    with ThreadPoolExecutor(max(1, len(everyone))) as threads:
        for _ in threads.map(lambda service: service.stop(seconds), everyone):
            pass


def kept_port(state: StateFolder, name: str) -> int:
    """Return the service's former port, or a new one when it had none or another process uses it."""
    path = state.folder / "services.json"
    ports: dict[str, int] = json.loads(path.read_bytes()) if path.exists() else {}
    running = any(entry.name == name and entry.process() for entry in state.entries())
    if name not in ports or not (running or is_free(ports[name])):
        ports[name] = free_port(besides=frozenset(ports.values()))
        write_secret(path, json.dumps(ports, indent=2))
    return ports[name]
