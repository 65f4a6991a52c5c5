"""Chooses the data folder: in the state folder, or elsewhere when the server's user cannot reach it."""

import shutil
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import psutil

from ieum_lab.embedded.postgres_binaries import Binaries, is_reachable_by_anyone
from ieum_lab.embedded.state import end_tree

ELSEWHERE = Path("/var/lib/ieum")


def data_folder(state_folder: Path, binaries: Binaries) -> Path:
    """Choose the data folder of a state folder, the same one at every start.

    PostgreSQL never runs as root, so it could not reach its data below root's home: then they are in
    ELSEWHERE, and the state folder holds a link to them.
    """
    inside = state_folder / "postgres"
    if inside.is_symlink():
        return inside.readlink()
    if inside.exists() or binaries.user is None or is_reachable_by_anyone(state_folder):
        return inside
    outside = ELSEWHERE / sha256(str(state_folder).encode()).hexdigest()[:16]
    outside.parent.mkdir(parents=True, exist_ok=True)
    _remove_orphans()
    _owner_of(outside).write_text(str(inside))
    inside.symlink_to(outside)
    return outside


def remove_data(data: Path) -> None:
    """Remove a data folder for good."""
    shutil.rmtree(data, ignore_errors=True)
    _owner_of(data).unlink(missing_ok=True)


def _remove_orphans() -> None:
    """Remove data whose state folder was deleted, and end a server that still uses them."""
    for note in ELSEWHERE.glob("*.of"):
        data = note.with_suffix("")
        if not Path(note.read_text()).is_symlink():
            _end_server(data)
            remove_data(data)


def _end_server(data: Path) -> None:
    with suppress(FileNotFoundError, ValueError, psutil.NoSuchProcess):
        process = psutil.Process(int((data / "postmaster.pid").read_text().split(maxsplit=1)[0]))
        if str(data) in process.cmdline():
            end_tree(process)


def _owner_of(data: Path) -> Path:
    return data.with_name(f"{data.name}.of")
