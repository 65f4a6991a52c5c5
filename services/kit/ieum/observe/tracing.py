"""Spans, one for each step of an event's way; where no collector is named there are none, at no cost."""

import importlib
import time
from collections.abc import Mapping
from typing import Protocol

from ieum.errors import IeumError
from ieum.settings import Settings

_BY_EXTRA = "ieum.observe.opentelemetry_tracer"
_NO_EXTRA = "IEUM_TRACES_URL is set without OpenTelemetry: install ieum-kit[otel], or leave it out."

Attributes = Mapping[str, str | int]
"""What a span says: names of agencies, topics, event types, ids of events; nothing of a client."""


class MissingExtraError(IeumError):
    """A setting needs a package that is not installed."""


class Span(Protocol):
    """One step, which has begun."""

    @property
    def traceparent(self) -> str | None:
        """What the next step takes for its parent; None where there is no trace."""
        ...

    def end(self, outcome: str, at: int | None = None) -> None:
        """End it, now or at a time in nanoseconds since 1970; `outcome` is a code."""
        ...


class Tracer(Protocol):
    """Makes spans."""

    @property
    def is_on(self) -> bool:
        """Whether spans go anywhere."""
        ...

    def start(
        self, step: str, parent: str | None, attributes: Attributes, *, at: int | None = None, kind: str = ""
    ) -> Span:
        """Begin a step under the W3C trace parent, now or at a time in nanoseconds since 1970."""
        ...

    async def close(self) -> None:
        """Send what is left, for a few seconds at most."""
        ...


class PassedOn:
    """A step that is not noted: what came is handed on as it is."""

    def __init__(self, traceparent: str | None) -> None:
        self.traceparent = traceparent

    def end(self, outcome: str, at: int | None = None) -> None:
        """Do nothing."""


class NoTracer:
    """Notes nothing."""

    is_on = False

    def start(
        self, step: str, parent: str | None, attributes: Attributes, *, at: int | None = None, kind: str = ""
    ) -> Span:
        """Hand the parent on."""
        del step, attributes, at, kind
        return PassedOn(parent)

    async def close(self) -> None:
        """Do nothing."""


NO_TRACER: Tracer = NoTracer()


def now_ns() -> int:
    """Return the time in nanoseconds since 1970, as spans have it."""
    return time.time_ns()


def open_tracer(settings: Settings) -> Tracer:
    """Return what the settings ask for; raises MissingExtraError without the packages that it needs."""
    if settings.traces_url is None:
        return NO_TRACER
    try:
        made: Tracer = importlib.import_module(_BY_EXTRA).tracer_to(
            settings.traces_url, settings.centre, settings.agency
        )
    except ModuleNotFoundError as error:
        raise MissingExtraError(_NO_EXTRA) from error
    return made
