"""A clock that is wrong: a process takes a time for the machine's that differs from it.

The databases and the brokers keep the machine's own time. An agency's package installs the clock when a
process loads it, so that the product is the same as ever; a file says by how much the clock is wrong.
"""

import os
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Self

import ieum.service

CLOCK_FILE = "CHAOS_CLOCK_FILE"
"""The variable that names the file, which holds seconds."""


class SteppedClock(datetime):
    """The machine's time and what the file adds to it; without a file nothing."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        """Return the time that this process takes for the machine's."""
        return super().now(tz) + timedelta(seconds=_ahead(os.environ[CLOCK_FILE]))


def install() -> None:
    """Let this process go by such a clock, where the environment names its file."""
    if CLOCK_FILE in os.environ:
        ieum.service.datetime = SteppedClock  # type: ignore[attr-defined]


def _ahead(file: str) -> float:
    try:
        return float(Path(file).read_text(encoding="utf-8") or 0)
    except FileNotFoundError:
        return 0.0
