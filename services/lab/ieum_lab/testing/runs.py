"""The folders of test runs' servers, and the clean-up of a run that was killed."""

import os
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from ieum_lab.embedded.errors import AlreadyRunningError
from ieum_lab.embedded.state import StateFolder

SETTLING_SECONDS = 120
"""A folder younger than this may belong to a run that has not taken its lock yet, or is being cleaned up."""


def new_run_folder() -> Path:
    """Make a folder for the servers of this run; any user may enter it: PostgreSQL never runs as root."""
    parent = _parent()
    parent.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=parent, prefix="run-"))
    for path in (parent, folder):
        path.chmod(0o711)
    return folder


def ended_runs() -> list[Path]:
    """Return the folders of runs that ended without cleaning up; each is given to one caller alone."""
    return [folder for folder in _parent().glob("run-*") if _is_abandoned(folder)]


def _is_abandoned(folder: Path) -> bool:
    with suppress(FileNotFoundError, AlreadyRunningError):  # gone, or in use
        if _is_young(folder):
            return False
        state = StateFolder(folder)
        state.lock()
        try:
            if not _is_young(folder):  # else another caller was first
                os.utime(folder)
                return True
        finally:
            state.unlock()
    return False


def _is_young(folder: Path) -> bool:
    return time.time() - folder.stat().st_mtime < SETTLING_SECONDS


def _parent() -> Path:
    return Path(tempfile.gettempdir()) / f"ieum-tests-{os.getuid()}"
