"""The files that results are kept in: plain JSON, written whole after every run."""

import json
import os
import platform
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

FOLDER = Path(__file__).parent / "results"
SIDE_BY_SIDE, BACKLOG, TAKE_OVER, CENTRES, DUE = "side-by-side", "backlog", "take-over", "centres", "due"
CONSOLE, PROJECTION, SIZE, ISOLATION = "console", "projection", "size", "isolation"

TELL_SECONDS = 10.0


def header(command: str) -> dict[str, Any]:
    """Say when, with what and on what a measurement was made."""
    return {
        "command": command,
        "made": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": _commit(),
        "machine": {
            "cpus": os.cpu_count(),
            "memory_gib": round(psutil.virtual_memory().total / 1024**3, 1),
            "system": f"{platform.system()} {platform.machine()}",
            "python": platform.python_version(),
        },
    }


def write(name: str, results: dict[str, Any], folder: Path = FOLDER) -> None:
    """Write a results file, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    fresh.replace(path)


def read(name: str, folder: Path = FOLDER) -> dict[str, Any] | None:
    """Read a results file; None when that was never measured."""
    path = folder / f"{name}.json"
    if not path.exists():
        return None
    results: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return results


def tell(sentence: str) -> None:
    """Show progress, where data are not."""
    sys.stderr.write(sentence + "\n")
    sys.stderr.flush()


def thinned(samples: list[dict[str, Any]], about: int) -> list[dict[str, Any]]:
    """Keep about so many samples, evenly, and the last."""
    step = max(1, len(samples) // about)
    return [*samples[:-1:step], samples[-1]]


class Teller:
    """Shows progress of long work every ten seconds."""

    def __init__(self) -> None:
        self._told = time.monotonic()

    def tell(self, sentence: str) -> None:
        """Show a sentence, unless one was shown a moment ago."""
        if time.monotonic() - self._told >= TELL_SECONDS:
            tell(sentence)
            self._told = time.monotonic()


def _commit() -> str:
    try:
        done = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"],  # noqa: S607 - whichever git there is
            capture_output=True,
            text=True,
            check=True,
            cwd=FOLDER.parent,
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()
