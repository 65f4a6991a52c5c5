"""The state folder of a stack: passwords, ports, the pids of its processes, and its lock."""

import fcntl
import json
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

import psutil

from ieum_lab.embedded.errors import AlreadyRunningError, StackError
from ieum_lab.embedded.record import StackRecord, write_secret

START_TIME_TOLERANCE_SECONDS = 2.0
"""The start time of a process is derived from the boot time, which may be off by a tick or two."""
LEFTOVER_WAIT_SECONDS = 15.0
PAUSE_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class ProcessEntry:
    """A started process; with its start time, because pids are reused."""

    name: str
    pid: int
    started: float

    def process(self) -> psutil.Process | None:
        """Return the process that was started, if it still runs."""
        with suppress(psutil.Error):
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.started) < START_TIME_TOLERANCE_SECONDS
            if same and lives(self.pid):
                return process
        return None


class StateFolder:
    """One state folder; only the holder of its lock changes it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self._lock: IO[str] | None = None

    def logs(self, name: str) -> Path:
        """Return the log file of a process."""
        folder = self.folder / "logs"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{name}.log"

    def lock(self) -> None:
        """Lock the folder; raises AlreadyRunningError when another process holds it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        file = (self.folder / "lock").open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            file.close()
            raise AlreadyRunningError(
                f"A stack with the state folder {self.folder} is already running (started by process "
                f"{holder}). Stop that one first, or give this one another folder by IEUM_STATE."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        self._lock = file

    def unlock(self) -> None:
        """Unlock the folder."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def holder(self) -> int | None:
        """Return the pid of the process that holds the folder, if one does."""
        try:
            with (self.folder / "lock").open("r") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    return int(file.read().strip() or 0) or None
        except FileNotFoundError:
            pass
        return None

    def read(self) -> StackRecord | None:
        """Read the record, if the folder has been used before."""
        try:
            return StackRecord.model_validate_json((self.folder / "stack.json").read_bytes())
        except FileNotFoundError:
            return None

    def record(self) -> StackRecord:
        """Return the record; raises StackError before the first start."""
        record = self.read()
        if record is None:
            raise StackError(f"No stack has been started yet in {self.folder}.")
        return record

    def write(self, record: StackRecord) -> None:
        """Store a record atomically."""
        write_secret(self.folder / "stack.json", record.model_dump_json(indent=2))

    @property
    def is_detached(self) -> bool:
        """Whether the stack was left running on purpose."""
        return (self.folder / "detached").exists()

    def mark_detached(self, *, detached: bool) -> None:
        """Note that the stack is left running on purpose, or no longer."""
        if detached:
            (self.folder / "detached").touch()
        else:
            (self.folder / "detached").unlink(missing_ok=True)

    def running(self) -> list[tuple[str, psutil.Process]]:
        """List the processes that were started from here and run, with their names."""
        found = [(entry.name, entry.process()) for entry in self.entries()]
        return [(name, process) for name, process in found if process is not None]

    def entries(self) -> list[ProcessEntry]:
        """List the processes that were started from here and may still run."""
        try:
            rows = json.loads((self.folder / "processes.json").read_bytes())
        except (FileNotFoundError, ValueError):
            return []
        return [ProcessEntry(**row) for row in rows]

    def add(self, name: str, pid: int) -> ProcessEntry:
        """Note a process that has just been started."""
        entry = ProcessEntry(name, pid, psutil.Process(pid).create_time())
        with self._writing():
            self._write_entries([*(other for other in self.entries() if other.name != name), entry])
        return entry

    def remove(self, name: str) -> None:
        """Forget a process that has ended."""
        with self._writing():
            self._write_entries(entry for entry in self.entries() if entry.name != name)

    def end_leftovers(self) -> list[str]:
        """End what an earlier launcher left running (it was killed), and return the names."""
        left = self.running()
        for _, process in left:
            end_tree(process)
        with self._writing():
            self._write_entries([])
        return [name for name, _ in left]

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Let one thread of one process at a time change the list of processes."""
        with (self.folder / "processes.lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _write_entries(self, entries: Iterable[ProcessEntry]) -> None:
        write_secret(
            self.folder / "processes.json", json.dumps([asdict(entry) for entry in entries], indent=2)
        )


def end_tree(process: psutil.Process) -> None:
    """Kill a process and what it started; returns when all of it is gone."""
    with suppress(psutil.NoSuchProcess):
        family = [process, *process.children(recursive=True)]
        for member in family:
            with suppress(psutil.NoSuchProcess):
                member.kill()
        deadline = time.monotonic() + LEFTOVER_WAIT_SECONDS
        while any(lives(member.pid) for member in family) and time.monotonic() < deadline:
            time.sleep(PAUSE_SECONDS)


def lives(pid: int) -> bool:
    """Whether a process still holds resources; a zombie does not.

    The main thread of a killed process is a zombie as soon as it has ended. Until its other threads
    have ended too, they hold the files and ports that all of them share.
    """
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE or process.num_threads() > 1
    return False
