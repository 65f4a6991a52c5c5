"""The clocks of loaded referrals: what has happened to each referral, and the rows that follow from it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from ieum.casework.running_clocks import Running, RunningClock, follow
from ieum.casework.values import AgencyView, Change, Referral, Side
from ieum_contracts.message import Event
from ieum_contracts.model import Model
from ieum_contracts.overdue import Clock


class _Happened(NamedTuple):
    """A referral after a change, and what was said or heard with it, at what time."""

    referral: Referral
    bodies: Sequence[Model]
    at: datetime


class ChangedClocks(NamedTuple):
    """Clocks to be stored, by referral, and clocks that run no more."""

    kept: Sequence[tuple[UUID, RunningClock]]
    gone: Sequence[tuple[UUID, Clock]]


class ClockBook:
    """Clocks by referral, as they were loaded; `changes` follows everything that was noted since."""

    def __init__(self, running: Iterable[tuple[UUID, RunningClock]] = ()) -> None:
        self._loaded: dict[UUID, dict[Clock, RunningClock]] = {}
        for referral, clock in running:
            self._loaded.setdefault(referral, {})[clock.clock] = clock
        self._marked: dict[UUID, dict[Clock, RunningClock]] = {}
        self._happened: list[_Happened] = []

    def of(self, referral: UUID) -> Running:
        """Return the clocks of a referral as they were loaded, with those that were marked."""
        return {**self._loaded.get(referral, {}), **self._marked.get(referral, {})}

    def mark(self, referral: UUID, clock: RunningClock) -> None:
        """Note that a clock has been acted on, or is timed anew."""
        self._marked.setdefault(referral, {})[clock.clock] = clock

    def note(self, change: Change, heard: Event | None) -> None:
        """Note a change. A sender counts from when its recipient said so, a recipient from now."""
        referral = change.referral
        if referral is None:
            return
        bodies = [say.body for say in change.says if say.key == referral.id]
        at = referral.changed_at
        if heard is not None and referral.side is Side.SENDER:
            bodies.append(heard.body)
            at = min(at, heard.envelope.time)
        self._happened.append(_Happened(referral, bodies, at))

    def changes(self, view: AgencyView) -> ChangedClocks:
        """Return what has to be written."""
        after: dict[UUID, Running] = {each: self.of(each) for each in self._marked}
        for happened in self._happened:
            key = happened.referral.id
            before = after.get(key, self._loaded.get(key, {}))
            after[key] = follow(before, *happened, view)
        kept: list[tuple[UUID, RunningClock]] = []
        gone: list[tuple[UUID, Clock]] = []
        for key in sorted(after):
            loaded: Mapping[Clock, RunningClock] = self._loaded.get(key, {})
            kept += [(key, each) for clock, each in after[key].items() if loaded.get(clock) != each]
            gone += [(key, clock) for clock in loaded if clock not in after[key]]
        return ChangedClocks(kept, gone)
