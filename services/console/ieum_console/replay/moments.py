"""A moment of a film: what happened, what the sender believed then, and what the recipient had said."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ieum_console.projection.referral_steps import Notice, Step
from ieum_console.replay.missing import Missing
from ieum_contracts.codes import State
from ieum_contracts.overdue import Clock


class MomentKind(StrEnum):
    """What happened at a moment, in the order in which it is shown within one."""

    MISSING = "missing"
    SAID = "said"
    READ = "read"
    TOLD = "told"
    NOW = "now"


class Agreement(StrEnum):
    """Whether the sender knew what the recipient had said."""

    AGREED = "agreed"
    BEHIND = "behind"
    NOT_KNOWN = "not-known"


@dataclass(frozen=True, slots=True)
class Happened:
    """What happened: said by one agency, read by the other, numbers missing, told about delivery."""

    kind: MomentKind
    at: datetime
    steps: tuple[Step, ...] = ()
    missing: Missing | None = None
    notice: Notice | None = None


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a moment. `clock` is what that agency's own clock showed at the last that is counted here.

    Of the recipient that is what it had said last, of the sender what of it had surely come to it. `unread`
    counts what the other side had said and this one had not read, `unknown` what it may have read.
    """

    state: State
    clock: datetime | None
    unread: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment of the film. `perhaps` is another state that the sender may have believed.

    `lacking` says that numbers of the recipient have never come, so that what it said is not wholly known;
    `untaken` that the sender told of something that it could not take in. `holder` is whose move it was.
    """

    number: int
    what: Happened
    believed: Side
    said: Side
    perhaps: State | None
    lacking: bool
    untaken: bool
    holder: str | None
    due_at: datetime | None
    due_clock: Clock | None

    @property
    def agreement(self) -> Agreement:
        """Whether the sender knew what the recipient had said."""
        if self.perhaps is not None or self.lacking or self.untaken:
            return Agreement.NOT_KNOWN
        return Agreement.AGREED if self.believed.state is self.said.state else Agreement.BEHIND
