"""A whole service as a process of its own, to be killed and started again."""

import os
import subprocess
import sys
from pathlib import Path

from ieum_lab.embedded.ports import free_port
from ieum_lab.testing.centre import CentreUnderTest

ROOT = Path(__file__).parents[3]
END_SECONDS_MAX = 20.0


class Instance:
    """One process of one agency; `further` are settings beside those of its centre."""

    def __init__(self, centre: CentreUnderTest, agency: str, log: Path, **further: str) -> None:
        self._centre, self._agency, self._log, self._further = centre, agency, log, further
        self._popen: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it on a port of its own."""
        settings = {**self._centre.access(self._agency).environment(), **self._further}
        settings |= {"IEUM_HTTP_PORT": str(free_port())}
        with self._log.open("ab") as out:
            self._popen = subprocess.Popen(
                [sys.executable, "-m", "ieum.cli.main", "run", self._agency],
                cwd=ROOT,
                env={**os.environ, **settings},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    def kill(self) -> None:
        """End it at once, with SIGKILL."""
        if self._popen is not None:
            self._popen.kill()
            self._popen.wait(END_SECONDS_MAX)
