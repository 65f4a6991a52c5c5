"""Agencies that have fallen silent, as the operators' console found them, where it is installed."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import entry_points

from ieum.centre.centre_file import Centre
from ieum.centre.centre_settings import CentreSettings
from ieum_contracts.timing import SEOUL

SILENCES_GROUP = "ieum.silences"
MINUTES_MAX = 120
"""Up to so many minutes a time is said in minutes, a longer one in hours."""


@dataclass(frozen=True, slots=True)
class Silence:
    """`agency` normally answers `peer` within `usual_seconds` of business time, and has said nothing.

    `waiting` requests wait longer than that, the oldest `since`; so it was at `found_at`.
    """

    agency: str
    peer: str
    usual_seconds: float
    waiting: int
    since: datetime
    found_at: datetime

    def __str__(self) -> str:
        """Say it as the console's first page does."""
        minutes = self.usual_seconds / 60
        usual = f"{minutes:.0f} min" if minutes <= MINUTES_MAX else f"{minutes / 60:.0f} h"
        since, found = (each.astimezone(SEOUL) for each in (self.since, self.found_at))
        return (
            f"{self.agency} normally answers {self.peer} within {usual}; {self.waiting} wait since "
            f"{since:%Y-%m-%d %H:%M} and nothing has been said (as of {found:%H:%M})."
        )


SilenceReader = Callable[[Centre, CentreSettings], Awaitable[Sequence[Silence]]]
"""Lists the silent agencies of a centre; raises CentreError when that is not known."""


def silence_reader() -> SilenceReader | None:
    """Return what reads silences; None where no console is installed."""
    for found in entry_points(group=SILENCES_GROUP):
        reader: SilenceReader = found.load()
        return reader
    return None
