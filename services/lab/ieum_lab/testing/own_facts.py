"""Facts of a history about what an agency does by itself: clocks that run out, room that is given away."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Fired:
    """A clock was acted on: its row was `marked`, or the other side was `reminded`. `due` tells its run."""

    at: str
    thing: str
    clock: str
    level: str
    due: str
    how: Literal["marked", "reminded"]
    fact: Literal["fired"] = "fired"


@dataclass(frozen=True, slots=True)
class Late:
    """A clock whose time has passed, and which was not acted on when all should be quiet."""

    at: str
    thing: str
    clock: str
    fact: Literal["late"] = "late"


@dataclass(frozen=True, slots=True)
class Placed:
    """A programme's places were counted anew, or a referral to it has another state than before.

    `places` is their number, where that was set; `thing` and `state` are the referral's. `order` rises
    within an agency.
    """

    at: str
    programme: str
    order: int
    places: int | None = None
    thing: str = ""
    state: str = ""
    fact: Literal["placed"] = "placed"


@dataclass(frozen=True, slots=True)
class Told:
    """What was said of a referral's place on a waiting list; `told` are its position and time to wait."""

    at: str
    thing: str
    sequence: int
    told: str
    fact: Literal["told"] = "told"


@dataclass(frozen=True, slots=True)
class Overlooked:
    """A referral that waits, when all should be quiet, while a place of its programme is free."""

    at: str
    thing: str
    programme: str
    fact: Literal["overlooked"] = "overlooked"
