"""Times and days that lie in the past or the future, judged against the moment at which they are said."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import cache
from typing import Annotated, Any, get_args

from pydantic import GetJsonSchemaHandler
from pydantic_core import CoreSchema

from ieum_contracts.model import Day, Model, Time, models_in

TOO_EARLY, TOO_LATE = "time_too_early", "time_too_late"
CLOCKS_DIFFER = timedelta(minutes=10)
SEOUL = timezone(timedelta(hours=9), "KST")
"""Korea has no summer time; days are days in Seoul."""
_LAST_YEAR, _NEXT_YEARS = timedelta(days=366), timedelta(days=3660)


def day_of(moment: datetime) -> date:
    """Return the day in Seoul; at the end of the calendar, the day in the given time zone."""
    try:
        return moment.astimezone(SEOUL).date()
    except OverflowError:
        return moment.date()


@dataclass(frozen=True, slots=True)
class Within:
    """How long before and after the moment at which it is said a value may lie; None: as long as it likes."""

    before: timedelta | None
    after: timedelta

    def fault(self, value: object, said_at: datetime) -> str | None:
        """Tell the code of what is wrong with a time, or with a day in Seoul; None for nothing."""
        earliest = None if self.before is None else said_at - self.before
        latest = said_at + self.after
        if isinstance(value, datetime):
            early, late = earliest is not None and value < earliest, value > latest
        else:
            day: Any = value
            early = earliest is not None and day < day_of(earliest)
            late = day > day_of(latest)
        return TOO_EARLY if early else TOO_LATE if late else None

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Publish the bounds, in minutes from the moment of saying."""
        minute = timedelta(minutes=1)
        bounds = {"x-minutes-after-max": self.after // minute}
        if self.before is not None:
            bounds["x-minutes-before-max"] = self.before // minute
        return {**handler(schema), **bounds}


PAST = Within(None, timedelta())
PastTime = Annotated[Time, Within(None, CLOCKS_DIFFER)]
PastDay = Annotated[Day, PAST]
ConsentTime = Annotated[Time, Within(timedelta(days=3660), CLOCKS_DIFFER)]
"""Consent that is older than anything may be kept is none."""
FutureTime = Annotated[Time, Within(_LAST_YEAR, _NEXT_YEARS)]
FutureDay = Annotated[Day, Within(_LAST_YEAR, _NEXT_YEARS)]
"""What is due or arranged. It may have passed where it is written down afterwards, by a year at most."""


def out_of_time(body: Model, said_at: datetime, place: str = "") -> Iterator[tuple[str, str]]:
    """Name each member of a body whose time cannot be meant, and the code of why."""
    for name, within in _timed(type(body)):
        value = getattr(body, name)
        where = f"{place}{name}"
        if within is None:
            for number, inner in enumerate(value if isinstance(value, tuple) else (value,)):
                if isinstance(inner, Model):
                    at = f"{where}.{number}." if isinstance(value, tuple) else f"{where}."
                    yield from out_of_time(inner, said_at, at)
        elif value is not None:
            fault = within.fault(value, said_at)
            if fault is not None:
                yield where, fault


@cache
def _timed(model: type[Model]) -> tuple[tuple[str, Within | None], ...]:
    """Name the members of a model that have bounds, and those (None) that hold a model with such members."""
    found: list[tuple[str, Within | None]] = []
    for name, field in model.model_fields.items():
        within = next(_within((field.annotation, *field.metadata)), None)
        if within is not None or any(_timed(inner) for inner in models_in(field.annotation)):
            found.append((name, within))
    return tuple(found)


def _within(parts: tuple[object, ...]) -> Iterator[Within]:
    for part in parts:
        if isinstance(part, Within):
            yield part
        elif not _holds_model(part):
            yield from _within(get_args(part))


def _holds_model(annotation: object) -> bool:
    """Tell whether an annotation names a model: the bounds of its members are its own."""
    return any(True for _ in models_in(annotation))
