"""From an order to an answer: one transaction in which casework changes something and delivery says it."""

import re
from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

from asyncpg import Connection
from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from ieum.api import kinds
from ieum.api.answers import check_version, etag, json_answer
from ieum.api.guards import refused
from ieum.api.office import Office
from ieum.api.problems import Problem
from ieum.api.stream_kinds import unsayable
from ieum.api.transaction import once
from ieum.api.views import standing
from ieum.casework.known import Known
from ieum.casework.values import Change, Referral, Refusal
from ieum.delivery.outbox import Cause, Unsayable
from ieum.storage import commands

Order = TypeVar("Order")

_TRACEPARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


async def order(
    request: Request,
    office: Office,
    contract: TypeAdapter[Order],
    work: Callable[[Connection, Order], Awaitable[Response]],
) -> Response:
    """Carry an order out once, and let the relay know."""
    answer = await once(request, office.here.database, contract, work)
    office.wake()
    return answer


async def move(
    request: Request,
    office: Office,
    referral: UUID,
    contract: TypeAdapter[Order],
    command: Callable[[Connection, Known, Order], Awaitable[Change | Refusal]],
) -> Response:
    """Carry out a decision, an ask or news about one referral; the answer says where it stands now."""

    async def work(connection: Connection, content: Order) -> Response:
        known = await commands.lock_referral(office.desk, connection, referral)
        if known is None:
            raise Problem(kinds.NOT_FOUND)
        check_version(request, known.referrals[referral].version)
        change = await say(request, office, connection, await command(connection, known, content))
        return json_answer(standing(moved(change)), headers={"etag": etag(moved(change).version)})

    return await order(request, office, contract, work)


async def say(request: Request, office: Office, connection: Connection, change: Change | Refusal) -> Change:
    """Say what a change comes to, in its transaction; raises Problem for what casework refused."""
    if isinstance(change, Refusal):
        raise refused(change)
    trace = request.headers.get("traceparent", "")
    cause = Cause(str(request.scope["ieum.request"]), trace if _TRACEPARENT.fullmatch(trace) else None)
    try:
        await office.outbox.say(connection, change.says, cause, office.here.clock())
    except Unsayable as stopped:
        raise unsayable(stopped, office.here.me) from stopped
    return change


def moved(change: Change) -> Referral:
    """Give the referral that a command changed."""
    if change.referral is None:
        raise LookupError("A command on a referral has to change it.")
    return change.referral
