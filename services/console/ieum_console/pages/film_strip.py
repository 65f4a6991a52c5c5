"""The picture of a film: two lanes of what was believed and said, and between them each event on its way."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ieum_console.pages.words import STATES
from ieum_console.projection.referral_steps import Step
from ieum_console.replay.moments import Moment, MomentKind
from ieum_contracts.codes import State

WIDTH, LANE = 1_000, 40
SENDER_TOP, RECIPIENT_TOP, HEIGHT = 8, 118, 166
LETTER, WIDE_LETTER, MARGIN = 8.5, 15.0, 14.0
"""Room that a Latin and a Korean letter take: words stand in a stretch only where they fit."""
STUB = 0.45
"""How far on its way an event is drawn that has not arrived."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Moments during which a lane shows the same. `known` is false where the state is one of several."""

    x: float
    width: float
    kind: str
    words: str
    known: bool


@dataclass(frozen=True, slots=True)
class Way:
    """An event between the lanes: `known` when it arrived, `unseen` when nobody saw that, or `unread`."""

    x1: float
    y1: float
    x2: float
    y2: float
    kind: str


@dataclass(frozen=True, slots=True)
class Strip:
    """All that is drawn. `gaps` are the places of missing numbers, `cell` is the width of a moment."""

    believed: tuple[Stretch, ...]
    said: tuple[Stretch, ...]
    ways: tuple[Way, ...]
    gaps: tuple[float, ...]
    cell: float


def strip_of(moments: Sequence[Moment], sender: str, translate: Callable[[str], str]) -> Strip:
    """Lay a film out; every moment takes the same room, for hours of silence say nothing."""
    cell = WIDTH / max(1, len(moments))
    believed = [(each.believed.state, each.perhaps is None and not each.untaken, True) for each in moments]
    said = [(each.said.state, not each.lacking, each.said.clock is not None) for each in moments]
    return Strip(
        tuple(_stretches(believed, cell, translate)),
        tuple(_stretches(said, cell, translate)),
        tuple(_ways(moments, sender, cell)),
        tuple(_middle(each, cell) for each in moments if each.what.kind is MomentKind.MISSING),
        cell,
    )


def _stretches(
    shown: Sequence[tuple[State, bool, bool]], cell: float, translate: Callable[[str], str]
) -> Iterator[Stretch]:
    begin = 0
    for end in range(1, len(shown) + 1):
        if end < len(shown) and shown[end] == shown[begin]:
            continue
        state, known, spoken = shown[begin]
        width = (end - begin) * cell
        words = translate(STATES[state].words)
        fits = spoken and _length(words) <= width
        kind = STATES[state].kind if spoken else "none"
        yield Stretch(round(begin * cell, 1), round(width, 1), kind, words if fits else "", known)
        begin = end


def _length(words: str) -> float:
    return MARGIN + sum(LETTER if each.isascii() else WIDE_LETTER for each in words)


def _ways(moments: Sequence[Moment], sender: str, cell: float) -> Iterator[Way]:
    arrived: dict[Step, float] = {
        step: _middle(each, cell)
        for each in moments
        if each.what.kind is MomentKind.READ
        for step in each.what.steps
    }
    upper, lower = float(SENDER_TOP + LANE), float(RECIPIENT_TOP)
    for each in moments:
        if each.what.kind is not MomentKind.SAID:
            continue
        step, begin = each.what.steps[0], _middle(each, cell)
        y1, y2 = (upper, lower) if step.source == sender else (lower, upper)
        if step in arrived:
            yield Way(begin, y1, arrived[step], y2, "known")
        else:
            kind = "unseen" if step.is_heard else "unread"
            y2 = y2 if step.is_heard else y1 + STUB * (y2 - y1)
            yield Way(begin, y1, begin, round(y2, 1), kind)


def _middle(moment: Moment, cell: float) -> float:
    return round((moment.number - 0.5) * cell, 1)
