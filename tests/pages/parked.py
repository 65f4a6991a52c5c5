"""Events that wait at an agency, as delivery parks them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID, uuid4

from uuid_utils.compat import uuid7

from ieum.delivery.blocked.parked_event import ParkedEvent
from ieum.delivery.blocked.parking import due_keys, park
from ieum.delivery.receiving.inbox import Inbox
from ieum.delivery.records.verification import heard
from ieum.delivery.streams.stream import FAMILIES, StreamKey
from ieum_contracts import envelope
from ieum_contracts.envelope import Envelope
from tests.kit.api.agency_api import Api

STREAM = "insert into stream (key, peer, family) values ($1, $2, $3) on conflict do nothing"
PARKED = "select count(*) from parked where reason = $1"
SKIPPED = "select count(*) from ledger where fate = 'skipped' and reason = $1"


SEALED = b'{"sealed":{"note":"canary-77"}}'


async def park_some(api: Api, count: int, reason: str, body: bytes = SEALED) -> list[UUID]:
    """Let a number of streams wait for the same reason; returns their keys."""
    keys = [uuid4() for _ in range(count)]
    for key in keys:
        now = datetime.now(UTC)
        event = Envelope(
            id=uuid7(),
            source=api.peer,
            type="referral.outcome-disputed.v1",
            time=now,
            subject=str(key),
            recipient=api.me,
            dataschema="urn:ieum:referral.outcome-disputed:1.0",
            sequence=1,
        )
        headers = envelope.canonical(envelope.write(event))
        at = StreamKey(key, api.api_context.delivery.peers.number(api.peer), 1)
        found = heard(FAMILIES[1], key, 1, event, headers=headers, body=body)
        async with api.database.acquire() as connection:
            await park(connection, [ParkedEvent(at, found, reason, now, dead=True)])
            await connection.execute(STREAM, *at)
    return keys


async def parked(api: Api, reason: str) -> int:
    """Count what still waits for a reason."""
    async with api.database.acquire() as connection:
        return int(await connection.fetchval(PARKED, reason))


async def skipped(api: Api, reason: str) -> int:
    """Count the numbers that were skipped for a reason."""
    async with api.database.acquire() as connection:
        return int(await connection.fetchval(SKIPPED, reason))


@asynccontextmanager
async def retrying(api: Api) -> AsyncIterator[None]:
    """Try again meanwhile what is due there, as the maintenance of the agency's service does every second."""
    inbox = Inbox(api.api_context.delivery, api.outbox, api.api_context.handler)

    async def work() -> None:
        while True:
            async with api.database.acquire() as connection:
                due = await due_keys(connection, datetime.now(UTC))
            for key in due:
                await inbox.wake({key})
            await asyncio.sleep(0.1)

    task = asyncio.create_task(work())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
