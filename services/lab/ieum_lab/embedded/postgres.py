"""The embedded PostgreSQL: the real server from a wheel's binaries, passwords on, loopback only."""

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from ieum_lab.embedded.child import Child, open_log
from ieum_lab.embedded.errors import StackError
from ieum_lab.embedded.ports import LOOPBACK
from ieum_lab.embedded.postgres_binaries import Binaries, postgres_binaries
from ieum_lab.embedded.postgres_data import data_folder
from ieum_lab.embedded.record import StackRecord, write_secret
from ieum_lab.embedded.state import StateFolder, lives

ADMIN = "admin"
START_SECONDS_MAX = 60.0
STOP_SECONDS_MAX = 20.0
PAUSE_SECONDS = 0.02
CONNECTIONS_MAX = 400
STATUS_LINE = 7
"""Which line (from 0) of postmaster.pid says `ready`; pg_ctl looks at the same."""

SERVER_SETTINGS = (
    f"listen_addresses={LOOPBACK}",
    "unix_socket_directories=",
    f"max_connections={CONNECTIONS_MAX}",
    "shared_buffers=128MB",
    "jit=off",
    "track_commit_timestamp=on",
    "timezone=UTC",
    "log_timezone=UTC",
    "log_statement=none",
)


class Postgres:
    """The database server of one state folder; it keeps its data between starts."""

    def __init__(self, state: StateFolder, *, durable: bool = True) -> None:
        self._settings = SERVER_SETTINGS if durable else (*SERVER_SETTINGS, "fsync=off")
        self.child = Child("postgres", state)
        self._state = state

    @property
    def record(self) -> StackRecord:
        """Return the stack's record; raises StackError before the first start."""
        return self._state.record()

    @property
    def admin_dsn(self) -> str:
        """Return the administrator's connection string."""
        record = self.record
        return f"postgresql://{ADMIN}:{record.postgres_password}@{LOOPBACK}:{record.postgres_port}/postgres"

    def start(self) -> None:
        """Start the server and wait until it accepts connections; the first start makes its data folder."""
        record = self.record
        binaries = postgres_binaries()
        data = data_folder(self._state.folder, binaries)
        if not (data / "PG_VERSION").exists():
            self._make(data, binaries, record)
        _remove_stale_lock(data)
        command: list[str | os.PathLike[str]] = [binaries.folder / "postgres", "-D", data]
        for setting in (*self._settings, f"port={record.postgres_port}"):
            command += ["-c", setting]
        self.child.start(command, environment=_environment(), folder=data, user=binaries.user)
        self._wait(data)

    def stop(self, *, immediate: bool = False) -> None:
        """Stop the server; `immediate` drops every connection and leaves the rest to crash recovery."""
        number = signal.SIGQUIT if immediate else signal.SIGINT
        self.child.stop(number, STOP_SECONDS_MAX)

    def kill(self) -> None:
        """Kill the server and all its backends (SIGKILL)."""
        self.child.kill()

    def freeze(self) -> None:
        """Freeze the server's processes (SIGSTOP)."""
        self._send_all(signal.SIGSTOP)

    def thaw(self) -> None:
        """Resume a frozen server (SIGCONT)."""
        self._send_all(signal.SIGCONT)

    def data_folder(self) -> Path:
        """Return the data folder; for root it may be outside the state folder."""
        return data_folder(self._state.folder, postgres_binaries())

    def _make(self, data: Path, binaries: Binaries, record: StackRecord) -> None:
        _prepare_folder(data, binaries.user)
        password = data.parent / f".{data.name}.password"
        write_secret(password, record.postgres_password)
        if binaries.user is not None:
            os.chown(password, binaries.user, binaries.user)
        command: Sequence[str | os.PathLike[str]] = [
            binaries.folder / "initdb",
            *("-D", data, "-U", ADMIN, "--pwfile", password, "--auth", "scram-sha-256"),
            *("--encoding", "UTF8", "--locale", "C", "--locale-provider", "builtin"),
            *("--builtin-locale", "C.UTF-8", "--no-sync", "--no-instructions"),
        ]
        with open_log(self.child.log) as log:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=_environment(),
                cwd=data,
                user=binaries.user,
                group=binaries.user,
                extra_groups=None if binaries.user is None else [],
                check=False,
            )
        password.unlink()
        if done.returncode != 0:
            raise StackError(f"PostgreSQL's data folder could not be made:\n{self.child.tail()}")

    def _wait(self, data: Path) -> None:
        deadline = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < deadline:
            process = self.child.process()
            if process is None:
                raise StackError(
                    f"PostgreSQL ended while starting. Its log {self.child.log} ends:\n{self.child.tail()}"
                )
            with suppress(FileNotFoundError):
                lines = (data / "postmaster.pid").read_text().splitlines()
                if (
                    lines[STATUS_LINE:]
                    and lines[0] == str(process.pid)
                    and lines[STATUS_LINE].strip() == "ready"
                ):
                    return
            time.sleep(PAUSE_SECONDS)
        self.child.kill()
        raise StackError(
            f"PostgreSQL did not become ready within {START_SECONDS_MAX:.0f} s. "
            f"Its log {self.child.log} ends:\n{self.child.tail()}"
        )

    def _send_all(self, number: signal.Signals) -> None:
        process = self.child.process()
        if process is None:
            raise StackError(f"PostgreSQL is not running, so it cannot be sent {number.name}.")
        for member in (process, *process.children(recursive=True)):
            member.send_signal(number)


def _prepare_folder(data: Path, user: int | None) -> None:
    data.parent.mkdir(parents=True, exist_ok=True)
    data.mkdir(mode=0o700, exist_ok=True)
    if user is not None:
        os.chown(data, user, user)


def _remove_stale_lock(data: Path) -> None:
    """Remove the lock of a killed server: PostgreSQL takes a zombie process for a running one."""
    lock = data / "postmaster.pid"
    with suppress(FileNotFoundError):
        if not lives(int(lock.read_text().split(maxsplit=1)[0])):
            lock.unlink()


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC"}
