"""The stack of one centre on one machine: Kafka and PostgreSQL, started and stopped together."""

import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from ieum_lab.embedded.cache import cache_folder, kafka_jars
from ieum_lab.embedded.errors import AlreadyRunningError, StackError
from ieum_lab.embedded.issuer.stack_issuer import StackIssuer
from ieum_lab.embedded.kafka import ADMIN, Kafka
from ieum_lab.embedded.ports import LOOPBACK, is_free
from ieum_lab.embedded.postgres import Postgres
from ieum_lab.embedded.postgres_data import remove_data
from ieum_lab.embedded.record import new_record, with_free_ports
from ieum_lab.embedded.state import StateFolder, end_tree

STATE_FOLDER = Path(".ieum")
PORT_ATTEMPTS_MAX = 3
SERVICE_STOP_SECONDS = 20.0
LAUNCHER_STOP_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Login:
    """A name and a password."""

    username: str
    password: str


def state_folder() -> Path:
    """Return the state folder that the setting IEUM_STATE names, else `.ieum` in the working directory."""
    return Path(os.environ.get("IEUM_STATE") or STATE_FOLDER)


class Stack:
    """Kafka and PostgreSQL of one state folder (default: see `state_folder`). Also a context manager.

    With `durable=False` PostgreSQL does not wait for the disk: only a power cut may lose data.
    All methods block; from a coroutine call them with `asyncio.to_thread`.
    """

    def __init__(
        self, folder: Path | None = None, *, cache: Path | None = None, durable: bool = True
    ) -> None:
        self.state = StateFolder(folder or state_folder())
        self.kafka = Kafka(self.state)
        self.postgres = Postgres(self.state, durable=durable)
        self._cache = cache or cache_folder()

    @property
    def kafka_bootstrap(self) -> str:
        """Return the address that Kafka's clients connect to first."""
        return self.kafka.bootstrap

    @property
    def kafka_admin(self) -> Login:
        """Return the login of Kafka's administrator (its one super user)."""
        return Login(ADMIN, self.kafka.record.kafka_password)

    @property
    def postgres_admin_dsn(self) -> str:
        """Return the connection string of PostgreSQL's administrator."""
        return self.postgres.admin_dsn

    @property
    def issuer(self) -> StackIssuer:
        """Return the stack's issuer of tokens; its server may be running or not."""
        return StackIssuer(self.state.folder, f"http://{LOOPBACK}:{self.state.record().issuer_port}")

    @property
    def is_running(self) -> bool:
        """Whether both servers run, started by any process."""
        return None not in (self.kafka.child.process(), self.postgres.child.process())

    def start(self) -> Self:
        """Start both servers, after ending what a killed launcher left; returns when both are ready.

        Raises AlreadyRunningError when another launcher (or a detached stack) has this state folder, and
        StackError when a server does not come up.
        """
        self.state.lock()
        if self.state.is_detached and self.is_running:
            self.state.unlock()
            raise AlreadyRunningError(
                f"A stack with the state folder {self.state.folder} is already running in the background. "
                "Use it, or stop it first (ieum stack down)."
            )
        try:
            self.state.mark_detached(detached=False)
            self.state.end_leftovers()
            self._start()
        except BaseException:
            self._kill()
            self.state.unlock()
            raise
        return self

    def stop(self) -> None:
        """Stop the services, then Kafka, then PostgreSQL; the data stay."""
        self._stop_services()
        self.kafka.stop()
        self.postgres.stop()
        self.state.mark_detached(detached=False)
        self.state.unlock()

    def down(self) -> None:
        """Stop a stack from outside: ask its launcher to end, then stop what is left."""
        holder = self.state.holder()
        if holder is not None:
            with suppress(psutil.NoSuchProcess):
                launcher = psutil.Process(holder)
                launcher.terminate()
                with suppress(psutil.TimeoutExpired):
                    launcher.wait(LAUNCHER_STOP_SECONDS)
        if self.state.folder.exists():
            self.state.lock()
            self.stop()

    def detach(self) -> None:
        """Leave both servers running when this process ends; `down` stops them later."""
        self.state.mark_detached(detached=True)
        self.state.unlock()

    def discard(self) -> None:
        """End everything at once and remove the state folder, for stacks whose data are not needed."""
        data = self.postgres.data_folder()
        self._kill()
        self.state.unlock()
        remove_data(data)
        shutil.rmtree(self.state.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        """Start."""
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self.stop()

    def _start(self) -> None:
        jars = self._jars()
        for attempt in range(1, PORT_ATTEMPTS_MAX + 1):
            kept = self.state.read()
            record = with_free_ports(kept) if kept else new_record()
            self.state.write(record)
            try:
                _together(lambda: self.kafka.start(jars), self.postgres.start)
            except StackError:
                self._kill()
                if attempt == PORT_ATTEMPTS_MAX or all(map(is_free, record.ports)):
                    raise
            else:
                return

    def _jars(self) -> list[Path]:
        try:
            return kafka_jars(self._cache)
        except PermissionError:
            return kafka_jars(self.state.folder / "cache")

    def _kill(self) -> None:
        self.kafka.kill()
        self.postgres.stop(immediate=True)  # a killed server would leave its shared memory behind
        self.state.end_leftovers()

    def _stop_services(self) -> None:
        servers = {self.kafka.child.name, self.postgres.child.name}
        for name, process in self.state.running():
            if name not in servers:
                with suppress(psutil.NoSuchProcess):
                    process.terminate()
        for name, process in self.state.running():
            if name not in servers:
                try:
                    process.wait(SERVICE_STOP_SECONDS)
                except psutil.TimeoutExpired:
                    end_tree(process)
                self.state.remove(name)


def _together(*works: Callable[[], None]) -> None:
    """Run functions side by side; raises the first error, after all of them have returned."""
    with ThreadPoolExecutor(len(works)) as threads:
        futures = [threads.submit(work) for work in works]
    for future in futures:
        future.result()
