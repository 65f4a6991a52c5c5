"""Judges one edge: what is usual at this weekday and hour, and whether what waits is longer than that."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ieum.casework.business_days import BusinessCalendar
from ieum_console.silence.business_time import business_seconds, is_business_hour
from ieum_contracts.timing import SEOUL

SAMPLES_MIN = 20
"""Fewer answers than these say nothing about a rhythm."""
USUAL_SHARE, RARE_SHARE = 0.90, 0.95
WAITING_MIN = 3
"""So many beyond what is usual are a silence; a single one when it waits twice as long as one in twenty."""
RARE_TIMES = 2.0
FENCE_TIMES = 3.0
"""Answers that took longer than the upper quartile by so many times the middle half are of an outage."""
SHORTEST_SECONDS = 300.0
"""Within five minutes nobody is silent, however quick an agency mostly is."""


class Slot(StrEnum):
    """With which answers what waits is compared: the narrowest that has enough of them."""

    WEEKDAY_AND_HOUR = "weekday-and-hour"
    HOUR = "hour"
    WEEKDAY = "weekday"
    ALL = "all"


class Verdict(StrEnum):
    """What is to be said of an edge."""

    SILENT = "silent"
    USUAL = "usual"
    TOO_LITTLE_KNOWN = "too-little-known"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Answer:
    """A referral that was answered by a worker: when it was asked, and when answered."""

    asked_at: datetime
    answered_at: datetime


@dataclass(frozen=True, slots=True)
class Finding:
    """A verdict and all that it rests on, to be put into words elsewhere.

    `usual_seconds` of business time are enough for nine of ten answers in the `slot` (None: too little is
    known), `samples` how many answers were looked at, `outliers` how many were left out as an outage's.
    `waiting` wait now, `beyond` of them longer than usual, the oldest since `since`; `last_answer_at` is the
    last answer of all.
    """

    verdict: Verdict
    slot: Slot | None
    samples: int
    outliers: int
    usual_seconds: float | None
    waiting: int
    beyond: int
    since: datetime | None
    last_answer_at: datetime | None


def judge(
    answers: Sequence[Answer], waiting: Sequence[datetime], now: datetime, calendar: BusinessCalendar
) -> Finding:
    """Judge an edge by its own answers; `waiting` are the times of requests that nobody has answered.

    An agency that has answered anything since the oldest late request was asked is slow, and not silent.
    Out of business hours nobody is.
    """
    oldest = min(waiting, default=None)
    last = max((each.answered_at for each in answers), default=None)
    slot, took, outliers = _rhythm(answers, oldest or now, calendar)
    if slot is None:
        return Finding(
            *(Verdict.TOO_LITTLE_KNOWN, None, len(took), outliers, None, len(waiting), 0, oldest, last)
        )
    usual = max(SHORTEST_SECONDS, quantile(took, USUAL_SHARE))
    rare = max(SHORTEST_SECONDS, quantile(took, RARE_SHARE))
    ages = [(asked, business_seconds(asked, now, calendar)) for asked in waiting]
    late = [asked for asked, age in ages if age > usual]
    silent = len(late) >= WAITING_MIN or any(age > RARE_TIMES * rare for _, age in ages)
    spoke = last is not None and bool(late) and last >= min(late)
    verdict = Verdict.SILENT if silent and not spoke else Verdict.USUAL
    if not is_business_hour(now, calendar):
        verdict = Verdict.CLOSED
    since = min(late, default=oldest)
    return Finding(verdict, slot, len(took), outliers, usual, len(waiting), len(late), since, last)


def quantile(values: Sequence[float], share: float) -> float:
    """Return the nearest-rank quantile; the values need not be sorted, and must not be empty."""
    ordered = sorted(values)
    return ordered[max(0, min(len(ordered) - 1, round(share * len(ordered) + 0.5) - 1))]


def _rhythm(
    answers: Sequence[Answer], asked: datetime, calendar: BusinessCalendar
) -> tuple[Slot | None, list[float], int]:
    """Return the narrowest slot with enough answers, how long they took, and how many were left out."""
    took = [
        (each.asked_at.astimezone(SEOUL), business_seconds(each.asked_at, each.answered_at, calendar))
        for each in answers
    ]
    if not took:
        return None, [], 0
    fence = _fence([seconds for _, seconds in took])
    learned = [(at, seconds) for at, seconds in took if seconds <= fence]
    outliers = len(took) - len(learned)
    local = asked.astimezone(SEOUL)
    for slot in Slot:
        mine = [seconds for at, seconds in learned if _alike(slot, at, local)]
        if len(mine) >= SAMPLES_MIN:
            return slot, mine, outliers
    return None, [seconds for _, seconds in learned], outliers


def _fence(seconds: Sequence[float]) -> float:
    lower, upper = quantile(seconds, 0.25), quantile(seconds, 0.75)
    return max(SHORTEST_SECONDS, upper + FENCE_TIMES * (upper - lower))


def _alike(slot: Slot, one: datetime, other: datetime) -> bool:
    weekday, hour = one.weekday() == other.weekday(), one.hour == other.hour
    match slot:
        case Slot.WEEKDAY_AND_HOUR:
            return weekday and hour
        case Slot.HOUR:
            return hour
        case Slot.WEEKDAY:
            return weekday
        case Slot.ALL:
            return True
