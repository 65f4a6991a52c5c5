"""Steps of one referral as the console's database gives them, told in a few words."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from ieum_console.projection.referral_steps import Notice, Step
from ieum_console.replay.film import Recorded
from ieum_contracts.topics import Family

SENDER, RECIPIENT = "employment-center", "city-welfare-team"
START = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
NAMES = UUID(int=8)
NEVER, UNSEEN = -1, -2
"""In place of the minute of reading: it has not been read; it has been read, and nobody saw when."""


def minute(number: float) -> datetime:
    return START + timedelta(minutes=number)


def event_id(source: str, sequence: int) -> UUID:
    return uuid5(NAMES, f"{source} {sequence}")


def step(
    source: str, sequence: int, word: str, sent: float, *, read: float, cause: UUID | None = None
) -> Step:
    """Say something: its number and word, the minute of sending, and that of reading."""
    name = word if word.startswith("consent.") else f"referral.{word}"
    return Step(
        source=source,
        recipient=RECIPIENT if source == SENDER else SENDER,
        family=Family.REFERRAL,
        sequence=sequence,
        type=f"{name}.v1",
        event_id=event_id(source, sequence),
        said_at=minute(sent),
        sent_at=minute(sent),
        is_heard=read != NEVER,
        heard_at=None if read < 0 else minute(read),
        sends=1,
        differing=False,
        causation=None if cause is None else str(cause),
        trace=None,
        partition=0,
        offset=round(sent * 10),
    )


def asks(sequence: int, word: str, sent: float, *, read: float = UNSEEN, cause: UUID | None = None) -> Step:
    return step(SENDER, sequence, word, sent, read=read, cause=cause)


def says(sequence: int, word: str, sent: float, *, read: float = UNSEEN) -> Step:
    return step(RECIPIENT, sequence, word, sent, read=read)


def told(source: str, word: str, sent: float) -> Notice:
    other = RECIPIENT if source == SENDER else SENDER
    return Notice(source, other, f"stream.{word}.v1", minute(sent), minute(sent))


def recorded(steps: Iterable[Step], notices: Iterable[Notice] = (), *, waits: bool = False) -> Recorded:
    return Recorded(SENDER, RECIPIENT, list(steps), list(notices), waits)
