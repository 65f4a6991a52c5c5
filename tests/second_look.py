"""`python -m tests.second_look`: runs pytest with these arguments, and few tests that fail once more, alone.

On two cores three servers and hundreds of processes wait for each other: a test that gives them too little
time fails now and then. One that passes alone is named at the end: it has a fault to be mended, but does not
keep others from their work. What fails twice has failed, and so has a run in which many tests fail.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

FAILED = 1
"""pytest's exit code when tests failed; with any other one nothing is looked at again."""
AGAIN_MAX = 3


def main(arguments: Sequence[str]) -> int:
    """Run the tests; returns pytest's exit code, 0 where what failed has passed alone."""
    with tempfile.TemporaryDirectory() as folder:
        code = _pytest(folder, *arguments)
        failed = _failed(Path(folder)) if code == FAILED else []
        if not 0 < len(failed) <= AGAIN_MAX:
            return code
        _tell("", f"Failed, and run once more, alone: {' '.join(failed)}")
        code = _pytest(folder, *failed)
    if code == 0:
        _tell("", "FAILED BESIDE OTHERS AND PASSED ALONE, so that a fault is left to be mended:", *failed)
    return code


def _pytest(cache: str, *arguments: str) -> int:
    command = [sys.executable, "-m", "pytest", "-o", f"cache_dir={cache}", *arguments]
    return subprocess.run(command, check=False).returncode


def _failed(cache: Path) -> list[str]:
    """Return the tests that failed, as pytest has noted them."""
    noted: dict[str, bool] = json.loads((cache / "v" / "cache" / "lastfailed").read_text(encoding="utf-8"))
    return sorted(noted)


def _tell(*lines: str) -> None:
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
