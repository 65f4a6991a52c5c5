"""The folders of test runs' servers, and the clean-up of a run that was killed."""

import os
import tempfile
import time
from pathlib import Path

from ieum_lab.embedded.errors import AlreadyRunningError
from ieum_lab.embedded.state import StateFolder

SETTLING_SECONDS = 120
"""A folder younger than this may belong to a run that has not taken its lock yet."""


def new_run_folder() -> Path:
    """Make a folder for the servers of this run; any user may enter it: PostgreSQL never runs as root."""
    parent = _parent()
    parent.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=parent, prefix="run-"))
    for path in (parent, folder):
        path.chmod(0o711)
    return folder


def ended_runs() -> list[Path]:
    """Return the folders of runs that ended without cleaning up."""
    return [folder for folder in _parent().glob("run-*") if _is_abandoned(folder)]


def _is_abandoned(folder: Path) -> bool:
    if time.time() - folder.stat().st_mtime < SETTLING_SECONDS:
        return False
    state = StateFolder(folder)
    try:
        state.lock()
    except AlreadyRunningError:
        return False
    state.unlock()
    return True


def _parent() -> Path:
    return Path(tempfile.gettempdir()) / f"ieum-tests-{os.getuid()}"
