"""Runs `ieum` in fresh processes that are forked from one that has imported everything.

To import a command takes seconds of processor time, and the tests start hundreds of them. What runs is the
command's own entry point, in a process with arguments, environment and files of its own, as when it is typed.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib.metadata import entry_points
from multiprocessing import get_context
from pathlib import Path

from ieum.cli.main import COMMANDS_GROUP, main
from ieum_lab.embedded.child import open_log
from ieum_lab.embedded.processes import Service

SECONDS_MAX = 180.0
_FORKS = get_context("forkserver")
_FORKS.set_forkserver_preload([each.module for each in entry_points(group=COMMANDS_GROUP)])


def run_ieum(
    arguments: Sequence[str], environment: Mapping[str, str], folder: Path
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; raises TimeoutExpired when it does not come to it."""
    with tempfile.TemporaryDirectory() as name:
        out, err = Path(name, "out"), Path(name, "err")
        files = (Path(os.devnull), out, err)
        process = _FORKS.Process(target=_ieum, args=(list(arguments), dict(environment), folder, files))
        process.start()
        process.join(SECONDS_MAX)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(list(arguments), SECONDS_MAX)
        code = process.exitcode
        process.close()
        return subprocess.CompletedProcess(
            ["ieum", *arguments], code, out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8")
        )


class ForkedService(Service):
    """The process of an agency, forked; it is recorded in the state folder like any other."""

    def __init__(self, service: Service) -> None:
        """Take over what a service is described by."""
        vars(self).update(vars(service))

    def start(self) -> None:
        """Start the process in a session of its own; `wait_until_ready` waits until it serves."""
        assert self.pid is None, f"{self.name} is already running"
        open_log(self.log).close()
        files = (Path(os.devnull), self.log, self.log)
        arguments = self._command[self._command.index("run") :]
        process = _FORKS.Process(
            target=_ieum, args=(arguments, dict(self._environment), Path.cwd(), files), daemon=True
        )
        process.start()
        assert process.pid is not None
        self.child.record(process.pid)


def _ieum(
    arguments: Sequence[str], environment: Mapping[str, str], folder: Path, files: Sequence[Path]
) -> None:
    os.setsid()
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.path[:0] = filter(None, environment.get("PYTHONPATH", "").split(os.pathsep))
    for number, path in enumerate(files):
        os.dup2(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT if number else os.O_RDONLY), number)
    sys.argv = ["ieum", *arguments]
    main()
