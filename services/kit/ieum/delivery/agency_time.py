"""The time that an agency goes by: the machine's, or one that runs ahead of it for a demonstration."""

from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from ieum.settings import Settings

_EPOCH = datetime.fromtimestamp(0, UTC)
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class AgencyTime:
    """At the machine's time `start` the agency's is `shows`; from then on it passes `speed` times as fast."""

    start: datetime
    shows: datetime
    speed: float = 1.0

    def at(self, machine: datetime) -> datetime:
        """Return the agency's time at a time of the machine."""
        return self.shows + (machine - self.start) * self.speed


MACHINE_TIME = AgencyTime(_EPOCH, _EPOCH)
"""The agency's time is the machine's, as it has to be wherever real clients are referred."""


def agency_time(settings: Settings) -> AgencyTime:
    """Return the time that the settings ask for; another than the machine's is logged."""
    start, speed = settings.clock_start, settings.clock_speed
    if start is None:
        return MACHINE_TIME
    shows = settings.clock_shows or start
    _log.warning("service.clock-ahead", start=str(start), shows=str(shows), speed=speed)
    return AgencyTime(start, shows, speed)
