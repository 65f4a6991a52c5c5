"""The board of a run: per agency what was sent, received and is open, and the latest events."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from ieum.api.agency.events import FeedEvent
from ieum.observe.words import words_for
from ieum_contracts.codes import State
from ieum_contracts.lifecycle.table import ENDED
from ieum_lab.simulator.feed_follower import FeedFollower
from ieum_lab.simulator.simulated_centre import SimulatedCentre

PARKED_SECONDS = 2.0
KEY_CHARACTERS = 8


@dataclass(frozen=True, slots=True)
class Line:
    """One agency's line of the board."""

    agency: str
    sent: int
    received: int
    open: int
    closed: int
    parked: int
    oldest_unanswered_seconds: float | None


class Board:
    """Collects what the feeds say, and asks the agencies at intervals what is parked."""

    def __init__(self, centre: SimulatedCentre, follower: FeedFollower) -> None:
        self._centre = centre
        self._follower = follower
        self._parked: dict[str, int] = {}

    async def run(self) -> None:
        """Update the numbers of parked events, until cancelled."""
        while True:
            for agency, client in self._centre.clients.items():
                page = await client.parked()
                self._parked[agency] = sum(stream.waiting for stream in page.streams)
            await asyncio.sleep(PARKED_SECONDS)

    def lines(self) -> list[Line]:
        """Return each agency's line."""
        return [self._line(agency) for agency in self._centre.clients]

    def events(self, count: int) -> Iterator[str]:
        """Return the latest events in words, the newest last; each as in its sender's feed."""
        said = [(agency, event) for agency, event in self._follower.latest if event.direction == "said"]
        said.sort(key=lambda entry: entry[1].at)
        return (in_words(agency, event) for agency, event in said[-count:])

    def _line(self, agency: str) -> Line:
        sides = self._follower.of(agency)
        unanswered = [s.since for s in sides if s.role == "sender" and s.state is State.REQUESTED]
        ended = sum(side.state in ENDED for side in sides)
        oldest = (datetime.now(UTC) - min(unanswered)).total_seconds() if unanswered else None
        return Line(
            agency=agency,
            sent=sum(side.role == "sender" for side in sides),
            received=sum(side.role == "recipient" for side in sides),
            open=len(sides) - ended,
            closed=ended,
            parked=self._parked.get(agency, 0),
            oldest_unanswered_seconds=oldest,
        )


def in_words(agency: str, event: FeedEvent) -> str:
    """Return one event in words, with the beginning of its key and none of its content."""
    at = event.at.astimezone().strftime("%H:%M:%S")
    peer = event.peer.rpartition("/")[2]
    key = str(event.key)[-KEY_CHARACTERS:]
    return f"{at}  {agency} → {peer}  {words_for(event.type)}  …{key}"
