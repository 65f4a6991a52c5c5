"""Two agencies in memory whose clocks run: time is set, and what has run out is acted on."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ieum.application.business_calendar import business_calendar
from ieum.casework.clock_firing import fire
from ieum.casework.running_clocks import RunningClock, fired
from ieum.casework.values import AgencyView
from ieum_contracts.message import Say
from ieum_contracts.overdue import Clock
from tests.kit.casework.agencies import PROGRAMME, PUBLISHED, RECIPIENT, SENDER, Desk, Two, published, view_of

KOREA = business_calendar(None)
HEARS = {"hears": ("referral.overdue.v1",)}


def clocked_view(desk: Desk, *, hears: bool = True) -> AgencyView:
    """Give an agency's view with Korea's calendar; unless `hears`, the others know no reminders."""
    extra = HEARS if hears else {}
    known = {
        (owner, programme): published(programme, subjects=each.subjects, **extra)
        for (owner, programme), each in PUBLISHED.items()
    }
    plain = view_of(desk.me)
    return AgencyView(desk.me, plain.rule_sets, known, calendar=KOREA)


@dataclass
class Clocked:
    """One referral between two agencies, and the clocks of both."""

    two: Two = field(default_factory=Two)
    hears: bool = True

    def clocks(self, desk: Desk) -> dict[Clock, RunningClock]:
        """Return the clocks that run at one side."""
        changed = desk.known.clocks.changes(clocked_view(desk, hears=self.hears))
        return {clock.clock: clock for key, clock in changed.kept if key == self.two.id}

    @property
    def at_sender(self) -> dict[Clock, RunningClock]:
        """The sender's clocks."""
        return self.clocks(self.two.sender)

    @property
    def at_recipient(self) -> dict[Clock, RunningClock]:
        """The recipient's clocks."""
        return self.clocks(self.two.recipient)

    def until(self, now: datetime) -> list[Say]:
        """Let time pass, act on what has run out at both sides, deliver; return what the clocks said."""
        self.two.now = now - timedelta(minutes=1)
        said: list[Say] = []
        for desk in (self.two.sender, self.two.recipient):
            said += self._act(desk, now)
        self.two.deliver()
        return said

    def _act(self, desk: Desk, now: datetime) -> list[Say]:
        view, said = clocked_view(desk, hears=self.hears), list[Say]()
        for clock in self.clocks(desk).values():
            if clock.fires_at is None or clock.fires_at > now:
                continue
            referral = desk.known.referrals[self.two.id]
            ran_out = fired(clock, now, view.calendar)
            marked = {**self.clocks(desk), ran_out.clock: ran_out}
            change = fire(referral, desk.known.case_of(referral), ran_out, now, view)
            desk.known.clocks = type(desk.known.clocks)()
            for each in marked.values():
                desk.known.clocks.mark(self.two.id, each)
            if change is not None:
                self.two._take(desk, change)
                said += change.says
        return said


__all__ = ["PROGRAMME", "RECIPIENT", "SENDER", "Clocked", "clocked_view"]
