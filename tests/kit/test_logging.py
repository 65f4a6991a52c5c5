"""A log line that cannot be written is lost, and nothing else with it."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TextIO

import pytest
import structlog

from ieum.observe.logging import set_up_logging

LEVELS = ("debug", "info", "warning", "error", "critical")


def nobody_reads() -> TextIO:
    reading, writing = os.pipe()
    os.close(reading)
    return os.fdopen(writing, "w")


def full_disk() -> TextIO:
    return os.fdopen(os.open("/dev/full", os.O_WRONLY), "w")


def closed() -> TextIO:
    file = nobody_reads()
    file.close()
    return file


@pytest.fixture
def _as_before() -> Iterator[None]:
    before = structlog.get_config()
    yield
    structlog.configure(**before)
    structlog.contextvars.clear_contextvars()


@pytest.mark.parametrize("opened", [nobody_reads, full_disk, closed])
@pytest.mark.usefixtures("_as_before")
def test_what_cannot_be_written_ends_nothing(
    opened: Callable[[], TextIO], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = opened()
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stdout", file)
        set_up_logging("json", "debug", agency="alpha")
        log = structlog.get_logger("tests.one")
        for level in LEVELS:
            getattr(log, level)("batch.applied", events=1)
    with suppress(OSError):
        file.close()


@pytest.mark.usefixtures("_as_before")
def test_what_can_be_written_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging("json", "debug", agency="alpha")
    log = structlog.get_logger("tests.two")
    for level in LEVELS:
        getattr(log, level)(f"said.{level}")
    lines = capsys.readouterr().out.splitlines()
    assert ["said." + level in line for level, line in zip(LEVELS, lines, strict=True)] == [True] * 5
