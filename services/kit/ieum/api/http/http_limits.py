"""Times and counts that bound a request; given like the clock, so that a test can make them small."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """What a test may want to change; what nobody changes stands as a constant where it is used."""

    head_seconds: float = 10.0
    """For a request's head."""
    message_seconds: float = 15.0
    """For a request's body, also when nobody reads it; a route that reads it gives up earlier."""
    body_seconds: float = 10.0
    """For a body that a route reads; then it answers with a problem."""
    write_seconds: float = 15.0
    """For a client that does not read its answer."""
    history: int = 500
    """Entries of a referral's history that are shown with it; older ones are pages away."""
    waiting: int = 200
    """Callers that may wait for news at a time; each costs only a connection."""
    stream_seconds: float = 120.0
    """After which an event stream ends, and its client comes again from where it was."""
    look_seconds: float = 1.0
    """At the latest after this inquiries are read again: a refusal is no news of the feed."""
    heartbeat_seconds: float = 10.0
    """Between two signs of life of an event stream."""


USUAL_HTTP = HttpLimits()
