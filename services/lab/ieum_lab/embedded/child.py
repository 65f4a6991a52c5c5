"""One child process: with a log of its own, recorded in the state folder, and stopped with its children."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

import psutil

from ieum_lab.embedded.errors import StackError
from ieum_lab.embedded.state import StateFolder, end_tree

STOP_SECONDS = 20.0
LOG_BYTES_MAX = 10 * 1024 * 1024
LOG_TAIL_LINES = 15


class Child:
    """A named process: started by this object, or the one recorded in the state folder."""

    def __init__(self, name: str, state: StateFolder) -> None:
        self.name = name
        self.log = state.logs(name)
        self._state = state
        self._popen: subprocess.Popen[bytes] | None = None

    def start(
        self,
        command: Sequence[str | os.PathLike[str]],
        *,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
        user: int | None = None,
    ) -> None:
        """Start the process in a session of its own, so that Ctrl-C reaches only the launcher."""
        if self.process() is not None:
            raise StackError(f"{self.name} is already running; stop it before starting it again.")
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES_MAX:
            self.log.replace(self.log.with_suffix(".old.log"))
        with open_log(self.log) as log:
            self._popen = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment,
                cwd=folder,
                start_new_session=True,
                user=user,
                group=user,
                extra_groups=None if user is None else [],
            )
        with suppress(psutil.NoSuchProcess):
            self._state.add(self.name, self._popen.pid)

    def record(self, pid: int) -> None:
        """Record the process that somebody else has started under this name."""
        self._popen = None
        self._state.add(self.name, pid)

    @property
    def is_ours(self) -> bool:
        """Whether this object has started it."""
        return self._popen is not None

    def process(self) -> psutil.Process | None:
        """Return the running process, or None when there is none."""
        if self._popen is not None:
            if self._popen.poll() is not None:
                return None
            with suppress(psutil.NoSuchProcess):
                return psutil.Process(self._popen.pid)
            return None
        for entry in self._state.entries():
            if entry.name == self.name:
                return entry.process()
        return None

    def pid(self) -> int | None:
        """Return the pid, or None when it does not run."""
        process = self.process()
        return None if process is None else process.pid

    def send(self, number: signal.Signals) -> None:
        """Send a signal; raises StackError when the process does not run."""
        process = self.process()
        if process is None:
            raise StackError(f"{self.name} is not running, so it cannot be sent {number.name}.")
        process.send_signal(number)

    def stop(self, number: signal.Signals = signal.SIGTERM, seconds: float = STOP_SECONDS) -> bool:
        """Ask the process to end, and kill it after `seconds`; True when it ended by itself."""
        process = self.process()
        orderly = True
        if process is not None:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(number)
            orderly = self._wait(process, seconds)
            if not orderly:
                self._end(process)
        self._state.remove(self.name)
        return orderly

    def join(self, seconds: float) -> None:
        """Wait for a process to end by itself; kill it after `seconds`."""
        process = self.process()
        if process is not None and not self._wait(process, seconds):
            self._end(process)
        self._state.remove(self.name)

    def kill(self) -> None:
        """Kill the process (SIGKILL) and what it started; returns when it is gone."""
        process = self.process()
        if process is not None:
            self._end(process)
        self._state.remove(self.name)

    def resident_bytes(self) -> int:
        """Measure the memory that the process and its children hold (resident set; 0 when not running)."""
        process = self.process()
        if process is None:
            return 0
        total = 0
        for member in (process, *process.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                total += int(member.memory_info().rss)
        return total

    def tail(self) -> str:
        """Return the last lines of the log."""
        with suppress(FileNotFoundError):
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-LOG_TAIL_LINES:])
        return ""

    def _end(self, process: psutil.Process) -> None:
        end_tree(process)
        self._wait(process, STOP_SECONDS)

    def _wait(self, process: psutil.Process, seconds: float) -> bool:
        try:
            if self._popen is not None:
                self._popen.wait(seconds)
            else:
                process.wait(seconds)
        except (subprocess.TimeoutExpired, psutil.TimeoutExpired):
            return False
        return True


def open_log(path: Path) -> IO[bytes]:
    """Open a log file for appending; only its owner may read it."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")
