"""Tells in a line each that a clock has spoken: a reminder, an expiry, a closing, an erasure's receipt."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import JsonValue

from ieum.api.agency.events import FeedEvent
from ieum.delivery.agency_time import AgencyTime
from ieum_contracts.causes import ClosedCause
from ieum_contracts.timing import SEOUL

TOLD_MAX = 1_000
"""What is kept for the summary; every line is told."""
KEY_CHARACTERS = 8


@dataclass(frozen=True, slots=True)
class Spoken:
    """What one agency said to another since a clock had run out; `at` is the agencies' time."""

    at: datetime
    agency: str
    peer: str
    what: str
    words: str
    key: str

    def in_words(self) -> str:
        """Return it as a line."""
        when = self.at.astimezone(SEOUL).strftime("%a %d %b %H:%M")
        return f"  {when}  {self.agency} → {self.peer}  {self.words}  …{self.key[-KEY_CHARACTERS:]}"


class ClockTeller:
    """Hears what every feed says from now on, and tells what came of a clock, once."""

    def __init__(self, time: AgencyTime, tell: Callable[[str], None]) -> None:
        self.spoken: list[Spoken] = []
        self._since = datetime.now(UTC)
        self._time = time
        self._tell = tell

    def hear(self, agency: str, event: FeedEvent) -> None:
        """Tell it, if it is said here and came of a clock."""
        if event.direction != "said" or event.at < self._since:
            return
        found = _came_of_a_clock(event.type.rpartition(".v")[0], event.data or {})
        if found is None:
            return
        peer = event.peer.rpartition("/")[2]
        spoken = Spoken(self._time.at(event.at), agency, peer, *found, str(event.key))
        if len(self.spoken) < TOLD_MAX:
            self.spoken.append(spoken)
        self._tell(spoken.in_words())


def _came_of_a_clock(name: str, data: Mapping[str, JsonValue]) -> tuple[str, str] | None:
    """Return what it is, and in words; None where no clock brought it about."""
    clock = data.get("clock")
    match name:
        case "referral.overdue":
            due = datetime.fromisoformat(str(data["due_at"])).astimezone(SEOUL).strftime("%d %b %H:%M")
            return f"{clock} {data['level']}", f"reminds: {clock}, due {due} ({data['level']})"
        case "referral.expired":
            return f"{clock} expired", f"ends it: {clock} has run out"
        case "referral.closed" if data.get("cause") == ClosedCause.UNACKNOWLEDGED:
            return "acknowledgement closed", "closes it: nobody acknowledged the outcome"
        case "consent.erased":
            return "erasure receipt", "gives the receipt: what it held of the client is erased"
        case _:
            return None
