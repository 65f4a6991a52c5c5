"""What an agency's API is asked to do: noted with the keys that make a repetition harmless."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ACTS = ("/retry", "/skip")


async def nothing() -> None:
    """Do nothing when an act is done."""


@dataclass
class Acts:
    """An API that notes every retry and skip that is no dry run; `done` is awaited before it answers one."""

    app: ASGIApp
    done: Callable[[], Awaitable[None]] = nothing
    keys: list[str] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].endswith(ACTS):
            await self.app(scope, receive, send)
            return
        body = bytearray()

        async def receiving() -> Message:
            message = await receive()
            body.extend(message.get("body", b""))
            return message

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start" and not json.loads(body).get("dry_run"):
                self.keys.append(Headers(scope=scope)["idempotency-key"])
                await self.done()
            await send(message)

        await self.app(scope, receiving, sending)
