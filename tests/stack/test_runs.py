"""The folder of a run that was killed is cleaned up by one of the runs that begin at the same time."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from ieum_lab.embedded.state import StateFolder
from ieum_lab.testing.runs import SETTLING_SECONDS, ended_runs, new_run_folder


def test_an_ended_run_is_given_to_one_caller_and_one_that_runs_to_nobody(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    ended, running = new_run_folder(), new_run_folder()
    states = [StateFolder(folder) for folder in (ended, running)]
    for state in states:
        state.lock()
        long_ago = state.folder.stat().st_mtime - 2 * SETTLING_SECONDS
        os.utime(state.folder, (long_ago, long_ago))
    states[0].unlock()
    assert ended_runs() == [ended]
    assert ended_runs() == [], "the first one cleans it up"
    states[1].unlock()
    assert ended_runs() == [running]
    shutil.rmtree(ended)
    assert ended_runs() == []
