"""How clocks are shown: of one referral, and in the list of what is due."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from asyncpg import Connection
from pydantic import BaseModel, Field

from ieum.api.api_context import ApiContext
from ieum.casework.clock_rules import CLOCK_RULES
from ieum.casework.running_clocks import RunningClock, fired
from ieum.casework.values import AgencyView, Side
from ieum.storage.clock_rows import read_clocks
from ieum.storage.due_rows import DueClock
from ieum_contracts.codes import State
from ieum_contracts.overdue import Clock, ClockLevel


class ClockView(BaseModel):
    """A clock of a referral."""

    clock: Clock
    owes: Side = Field(description="Who has to do something: the sender or the recipient.")
    reason: str = Field(description="Code of what is missing.")
    due_at: datetime | None = Field(
        default=None,
        description="When its next level is reached, or the last one was; absent while it rests.",
    )
    level: ClockLevel | None = Field(default=None, description="How late it is; absent while it is in time.")


class DueItem(ClockView):
    """Something that is due, or will be."""

    referral: UUID
    role: Side = Field(description="Which part this agency plays.")
    state: State
    peer: str = Field(description="Address of the other agency.")
    programme: str
    holder: str = Field(description="Address of the agency that has to do something.")
    since: datetime = Field(description="When the clock began, or went on.")
    harm: int = Field(description="Rank of what being late does to the client; 1 is the worst.")


class DuePage(BaseModel):
    """A page of what is due: what is late first, then what is to come, the worst harm first."""

    due: list[DueItem]
    next: str | None = Field(default=None, description="Cursor of the next page; absent on the last.")


def clock_views(clocks: Iterable[RunningClock], view: AgencyView, now: datetime) -> list[ClockView]:
    """Show the clocks of one referral."""
    return [
        ClockView(
            clock=each.clock,
            owes=CLOCK_RULES[each.clock].owes,
            reason=CLOCK_RULES[each.clock].reason,
            due_at=each.due_at,
            level=fired(each, now, view.calendar).level,
        )
        for each in clocks
    ]


async def clocks_by_referral(
    connection: Connection, context: ApiContext, referrals: Sequence[UUID]
) -> Mapping[UUID, list[ClockView]]:
    """Read and show the clocks of referrals."""
    running: dict[UUID, list[RunningClock]] = {each: [] for each in referrals}
    for referral, clock in await read_clocks(connection, referrals):
        running[referral].append(clock)
    view, now = context.handler.view, context.delivery.now()
    return {referral: clock_views(clocks, view, now) for referral, clocks in running.items()}


def due_item(due: DueClock, view: AgencyView, now: datetime) -> DueItem:
    """Show something that is due."""
    (shown,) = clock_views([due.clock], view, now)
    return DueItem(
        **dict(shown),
        referral=due.referral,
        role=due.side,
        state=due.state,
        peer=str(due.peer),
        programme=due.programme,
        holder=str(view.me if shown.owes is due.side else due.peer),
        since=due.clock.since,
        harm=due.clock.harm,
    )
