"""The live stream of a page: how far the projection is, and what has been taken in since a number."""

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime

from asyncpg import Connection
from starlette.requests import Request
from starlette.responses import Response

from ieum.storage.database import lend
from ieum.web.event_stream import ENDED, LiveMessage, live_answer, number_from
from ieum.web.moments import absolute
from ieum.web.page_renderer import preferences_of
from ieum.web.translation import marked
from ieum_console.pages.page_call import Console
from ieum_console.pages.words import SOURCES
from ieum_console.projection.freshness import Freshness, behind, changes_missed, changes_since

SESSION_ENDED = marked("Your session has ended")
AS_OF = marked("as of {time}")
BEHIND_BY = marked("{records} records and {seconds} s behind")
EVERY_SECONDS = 1.0
"""So a page hears at most once a second, with everything in it that has changed."""


async def live(request: Request, console: Console, is_signed_in: Callable[[], Awaitable[bool]]) -> Response:
    """Follow the projection, from `Last-Event-ID` or from the number that the page was made at.

    It ends with the session, and says so.
    """
    asked = request.headers.get("last-event-id") or request.query_params.get("after")
    language, begun = preferences_of(request).language, number_from(asked, 0)

    async def follow(number: int) -> LiveMessage:
        if not await is_signed_in():
            words = console.renderer.translate(language, SESSION_ENDED)
            return LiveMessage(ENDED, number, {"words": words})
        async with lend(console.database) as connection:
            missed = number == begun and await changes_missed(connection, number)
            return await _message(connection, console, language, number, missed=missed)

    return live_answer(follow, begun, EVERY_SECONDS)


async def _message(
    connection: Connection, console: Console, language: str, number: int, *, missed: bool
) -> LiveMessage:
    """Say what has changed since a number; `missed` says that some of it is no longer known."""
    now = console.clock()
    freshness = await behind(connection, now)
    changes = await changes_since(connection, number)
    edges: Counter[tuple[str, str]] = Counter()
    for each in changes:
        edges[each.source, each.recipient] += each.records
    reached = changes[-1].number if changes else max(number, freshness.number)
    content: dict[str, object] = {
        "live": freshness.is_live,
        "words": status_words(console, freshness, language, now),
        "as_of": as_of_words(console, freshness, language, now),
    }
    if not changes and not missed:
        return LiveMessage("pulse", reached, content)
    content |= {
        "number": reached,
        "missed": missed,
        "records": edges.total(),
        "edges": [[*edge, count] for edge, count in edges.items()],
    }
    return LiveMessage("change", reached, content)


def status_words(console: Console, freshness: Freshness, language: str, now: datetime) -> str:
    """Say in a line where the projection stands: when it was last compared, and how far it is behind."""
    translate = console.renderer.translate
    words = [translate(language, SOURCES[freshness.source].words)]
    if freshness.as_of is not None:
        words.append(as_of_words(console, freshness, language, now))
    if freshness.records_behind:
        behind_by = translate(language, BEHIND_BY)
        seconds = round(freshness.seconds_behind or 0)
        words.append(behind_by.format(records=freshness.records_behind, seconds=seconds))
    return " · ".join(words)


def as_of_words(console: Console, freshness: Freshness, language: str, now: datetime) -> str:
    """Say of when a page is that is no longer followed: what it shows in place of "Live"."""
    if freshness.as_of is None:
        return ""
    as_of = absolute(freshness.as_of, now, language)
    return console.renderer.translate(language, AS_OF).format(time=as_of)
