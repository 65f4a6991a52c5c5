"""Runs the `ieum` command in a fresh process that was forked from one that has imported everything.

To import a command takes seconds of processor time, and the tests give a hundred of them. What runs is the
command's own entry point, with arguments, environment and files of its own, as when it is typed.
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

SECONDS_MAX = 60.0
_FORKS = get_context("forkserver")
_FORKS.set_forkserver_preload([each.module for each in entry_points(group=COMMANDS_GROUP)])


def run_ieum(
    arguments: Sequence[str], environment: Mapping[str, str], folder: Path
) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end; raises TimeoutExpired when it does not come to it."""
    with tempfile.TemporaryDirectory() as name:
        out, err = Path(name, "out"), Path(name, "err")
        process = _FORKS.Process(target=_command, args=(list(arguments), dict(environment), folder, out, err))
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


def _command(
    arguments: Sequence[str], environment: Mapping[str, str], folder: Path, out: Path, err: Path
) -> None:
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    for number, path, how in (
        (0, Path(os.devnull), os.O_RDONLY),
        (1, out, os.O_WRONLY | os.O_CREAT),
        (2, err, os.O_WRONLY | os.O_CREAT),
    ):
        os.dup2(os.open(path, how), number)
    sys.argv = ["ieum", *arguments]
    main()
