"""The copies of a referral while events come to them: what the recipient said, what the sender believed."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from ieum.casework.business_days import BusinessCalendar
from ieum.casework.custody import fold_of
from ieum.casework.referral_fold import Custody, ReferralFold, Said
from ieum_console.projection.referral_steps import Step
from ieum_console.replay.reaching import Reached
from ieum_contracts.codes import State
from ieum_contracts.topics import Family


class Copies:
    """What the events of one referral come to by a time that only goes on; each is taken in once.

    `custody` is the projector's own, of all that had been said. The sender's copy takes its own events, and
    those of the recipient when they had come to it: one copy when they surely had, one when they may have.
    """

    def __init__(
        self,
        parties: tuple[str, str],
        steps: Sequence[Step],
        reached: Mapping[Step, Reached],
        calendar: BusinessCalendar,
    ) -> None:
        self.custody: Custody | None = None
        self._calendar = calendar
        mine = sorted(
            (each for each in steps if each.family is Family.REFERRAL), key=lambda each: each.sequence
        )
        self._numbers = {name: n for n, name in enumerate(dict.fromkeys((*parties, *_names(mine))))}
        known = _known(mine)
        asked = [(known[each], each) for each in mine if (each.source, each.recipient) == parties]
        answers = [each for each in mine if (each.recipient, each.source) == parties]
        self._said = _Feed([(known[each], each) for each in mine])
        self._surely = _Feed([*asked, *((reached[each].latest, each) for each in answers)])
        self._perhaps = _Feed([*asked, *((reached[each].earliest, each) for each in answers)])
        self._events: list[Said] = []
        self._fold: ReferralFold | None = None
        first = min(mine, key=lambda each: known[each], default=None)
        self._sure = None if first is None else ReferralFold(0, 1, self._as_said(first), calendar)
        self._possible = None if first is None else ReferralFold(0, 1, self._as_said(first), calendar)

    def come_to(self, at: datetime) -> None:
        """Take in what had come by a time."""
        for step in self._said.until(at):
            self._take(self._as_said(step))
        for feed, fold in ((self._surely, self._sure), (self._perhaps, self._possible)):
            for step in feed.until(at):
                if fold is not None:
                    fold.take(self._as_said(step))

    @property
    def believed(self) -> State:
        """The state of the sender's copy, of what had surely come to it."""
        return State.REQUESTED if self._sure is None else self._sure.copy.state

    @property
    def possible(self) -> State:
        """The state of the sender's copy, of all that may have come to it."""
        return State.REQUESTED if self._possible is None else self._possible.copy.state

    def agency(self, number: int | None) -> str | None:
        """Return the name of an agency that a fold knows by a number."""
        return next((name for name, each in self._numbers.items() if each == number), None)

    def _take(self, said: Said) -> None:
        self._events.append(said)
        if self._fold is not None and self._fold.follows(said):
            self._fold.take(said)
        else:
            self._fold = fold_of(self._events, self._calendar)
        self.custody = None if self._fold is None else self._fold.custody()

    def _as_said(self, step: Step) -> Said:
        return Said(
            source=self._numbers[step.source],
            recipient=self._numbers[step.recipient],
            sequence=step.sequence,
            type=step.type,
            event_id=step.event_id,
            said_at=step.said_at,
            sent_at=step.sent_at,
            journey=None,
            causation=step.causation,
        )


class _Feed:
    """Events by the time at which they come, each once; those without a time never."""

    def __init__(self, timed: Sequence[tuple[datetime | None, Step]]) -> None:
        comes = [(at, step) for at, step in timed if at is not None]
        self._left = sorted(comes, key=lambda each: (each[0], each[1].sequence), reverse=True)

    def until(self, at: datetime) -> list[Step]:
        """Give what has come by a time and was not given before."""
        found = []
        while self._left and self._left[-1][0] <= at:
            found.append(self._left.pop()[1])
        return found


def _known(steps: Sequence[Step]) -> Mapping[Step, datetime]:
    """Return by when each was surely said: when it, or a later number of its stream, was sent."""
    known: dict[Step, datetime] = {}
    bounds: dict[tuple[str, str], datetime] = {}
    for step in reversed(steps):
        edge = (step.source, step.recipient)
        bounds[edge] = known[step] = min(bounds.get(edge, step.sent_at), step.sent_at)
    return known


def _names(steps: Sequence[Step]) -> list[str]:
    return [name for step in steps for name in (step.source, step.recipient)]
