"""For operators: retry what a stream waits for, or skip exactly one number; both are recorded."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Literal, Self

from asyncpg import Connection
from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field, TypeAdapter, model_validator
from pydantic_core import PydanticCustomError
from starlette.responses import Response

from ieum.access.access_log import note_why
from ieum.access.tokens import By
from ieum.api.api_context import ApiContext, InContext
from ieum.api.docs.examples import STREAM_ACTS
from ieum.api.docs.route_description import posts
from ieum.api.http.idempotency import once
from ieum.api.http.responses import json_answer
from ieum.api.operators.accounts import require_elevation
from ieum.api.problems import http_kinds
from ieum.api.problems.access_kinds import ELEVATION
from ieum.api.problems.delivery_kinds import ANOTHER_NUMBER, NOTHING_WAITS, another_waits
from ieum.api.problems.response import Problem
from ieum.api.problems.stream_name import StreamId
from ieum.delivery.blocked import operator_actions
from ieum.delivery.blocked.operator_actions import Act, Acted, AnotherWaits
from ieum.delivery.streams.stream import FAMILY_NUMBERS, StreamKey
from ieum_contracts.delivery import FateReason, Sequence
from ieum_contracts.model import Flag, Model

ID_CHARACTERS_MAX = 140
NOT_NAMED = "what-was-seen-missing"

router = APIRouter(tags=["operators"])

_ACTING = (http_kinds.NOT_FOUND, NOTHING_WAITS, ANOTHER_NUMBER)

StreamName = Annotated[
    str, Path(max_length=ID_CHARACTERS_MAX, description="`<peer agency>.<family>.<key>`, as listed.")
]


class StreamAct(Model):
    """Why an operator acts on a stream, and who; with `dry_run` the answer only says what would be done."""

    reason: Annotated[FateReason, Field(description="Why, as a code; the peer receives it.")]
    by: By = "operator"
    dry_run: Annotated[Flag, Field(description="Tell what would be done, and do nothing.")] = False
    sequence: Annotated[
        Sequence | None,
        Field(description="The number that was seen to wait; only with `dry_run` it may be left out."),
    ] = None
    waited_for: Annotated[
        FateReason | None, Field(description="Code of what it was seen to wait for; may be left out.")
    ] = None

    @model_validator(mode="after")
    def _names_what_was_seen(self) -> Self:
        if self.sequence is None and not self.dry_run:
            raise PydanticCustomError(NOT_NAMED, "Name the number that was seen to wait.")
        return self


STREAM_ACT: TypeAdapter[StreamAct] = TypeAdapter(StreamAct)


class StreamActed(BaseModel):
    """What was done to a stream, or with `dry_run` what would have been."""

    id: str
    act: Literal["retry", "skip"]
    sequence: int = Field(description="The number concerned.")
    waited_for: str | None = Field(description="Code of what it waited for.")
    dry_run: bool


@router.post(
    "/v1/streams/{stream}/retry", **posts("retryStream", "StreamAct", STREAM_ACTS, StreamActed, *_ACTING)
)
async def retry(request: Request, context: InContext, stream: StreamName) -> Response:
    """Retry at once what the stream waits for; a stream that a conflict stopped goes on."""

    async def act(connection: Connection, at: StreamKey, wish: Act) -> Acted | None:
        return await operator_actions.retry(connection, at, wish, context.delivery.clock())

    return await _act(request, context, stream, "retry", act)


@router.post(
    "/v1/streams/{stream}/skip",
    **posts("skipInStream", "StreamAct", STREAM_ACTS, StreamActed, *_ACTING, ELEVATION),
)
async def skip(request: Request, context: InContext, stream: StreamName) -> Response:
    """Skip exactly one number that cannot be applied; the sender is notified, and later events go on."""

    async def act(connection: Connection, at: StreamKey, wish: Act) -> Acted | None:
        if not wish.dry_run:
            await require_elevation(request, connection)
        return await operator_actions.skip(connection, context.delivery, at, wish, context.delivery.clock())

    return await _act(request, context, stream, "skip", act)


async def _act(
    request: Request,
    context: ApiContext,
    stream: str,
    name: Literal["retry", "skip"],
    act: Callable[[Connection, StreamKey, Act], Awaitable[Acted | None]],
) -> Response:
    async def work(connection: Connection, wish: StreamAct) -> Response:
        note_why(wish.reason)
        at = await _find(connection, context, stream)
        seen = Act(wish.by, wish.reason, wish.dry_run, wish.sequence, wish.waited_for)
        try:
            acted = await act(connection, at, seen)
        except AnotherWaits as other:
            raise another_waits(wish.sequence, other) from None
        if acted is None:
            raise Problem(NOTHING_WAITS, {} if wish.sequence is None else {"sequence": wish.sequence})
        done = StreamActed(
            id=stream,
            act=name,
            sequence=acted.sequence,
            waited_for=acted.waited_for,
            dry_run=wish.dry_run,
        )
        return json_answer(done)

    answer = await once(request, context.delivery.database, STREAM_ACT, work)
    context.wake()
    return answer


async def _find(connection: Connection, context: ApiContext, stream: str) -> StreamKey:
    try:
        name = StreamId.parse(stream, context.delivery.me)
    except ValueError:
        raise Problem(http_kinds.NOT_FOUND) from None
    await context.delivery.peers.load_addresses(connection, [name.peer])
    if name.peer not in context.delivery.peers:
        raise Problem(http_kinds.NOT_FOUND)
    return StreamKey(name.key, context.delivery.peers.number(name.peer), FAMILY_NUMBERS[name.family])
