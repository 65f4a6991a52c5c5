"""A copy of the source tree, so that a mutant never touches the files that people work at."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.mutants.mutant import ROOT, Mutant

COPIED = ("contracts", "services", "tests", "docs", "infra", "pyproject.toml", "README.md", "Makefile")
PACKAGES = ("contracts", "services/kit", "services/lab", "services/console", ".")
"""Folders from which Python imports, before those where the distributions are installed from."""


class Copy:
    """The tree as it is when the copy is made; `broken` has one mutant in it as long as the block lasts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def environment(self) -> Mapping[str, str]:
        """Return the environment of a process that is to run the copy."""
        paths = [str(self.folder / package) for package in PACKAGES]
        return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTEST_ADDOPTS": ""}

    @contextmanager
    def broken(self, mutant: Mutant | None) -> Iterator[None]:
        """Break the copy; nothing is changed for None."""
        if mutant is None:
            yield
            return
        path = self.folder / mutant.path
        text = path.read_text(encoding="utf-8")
        try:
            self._write(path, mutant.of(text))
            yield
        finally:
            self._write(path, text)

    def _write(self, path: Path, text: str) -> None:
        path.write_text(text, encoding="utf-8")
        for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
            compiled.unlink()  # two texts of one size within a second look the same to Python


@contextmanager
def copied_tree() -> Iterator[Copy]:
    """Lend a copy; it is gone with the block, whatever ends it."""
    folder = Path(tempfile.mkdtemp(prefix="ieum-mutants-"))
    try:
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, folder / name)
            else:
                shutil.copy2(source, folder / name)
        yield Copy(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
