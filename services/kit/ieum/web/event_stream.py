"""Live pages: server-sent events with ids to resume from, and a pulse that shows that the server lives."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass

from starlette.responses import StreamingResponse

MEDIA_TYPE = "text/event-stream"
RETRY_MILLISECONDS = 1_000
DIGITS_MAX = 18
STREAM_SECONDS_MAX = 3_600.0
ENDED = "ended"
"""The kind of a message after which nothing more is said, and nobody need ask again."""


@dataclass(frozen=True, slots=True)
class LiveMessage:
    """One message: its kind, its content, and the number after which a page goes on that has read it."""

    kind: str
    number: int
    content: Mapping[str, object]

    def encoded(self) -> bytes:
        """Write it as the stream has it."""
        body = json.dumps(self.content, ensure_ascii=False, separators=(",", ":"))
        return f"event: {self.kind}\nid: {self.number}\ndata: {body}\n\n".encode()


Next = Callable[[int], Awaitable[LiveMessage]]
"""Gives what is to be said after a number: what has changed, or that nothing has."""


def live_answer(follow: Next, last: int, seconds: float) -> StreamingResponse:
    """Answer with a stream: a message every so many seconds, beginning after the number `last`."""
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(_messages(follow, last, seconds), 200, headers, MEDIA_TYPE)


async def _messages(follow: Next, last: int, seconds: float) -> AsyncIterator[bytes]:
    yield f"retry: {RETRY_MILLISECONDS}\n\n".encode()
    for _ in range(int(STREAM_SECONDS_MAX / seconds)):
        message = await follow(last)
        last = message.number
        yield message.encoded()
        if message.kind == ENDED:
            return
        await asyncio.sleep(seconds)


def number_from(last_event_id: str | None, otherwise: int) -> int:
    """Read the number of `Last-Event-ID`."""
    if (
        last_event_id
        and last_event_id.isascii()
        and last_event_id.isdigit()
        and len(last_event_id) <= DIGITS_MAX
    ):
        return int(last_event_id)
    return otherwise
