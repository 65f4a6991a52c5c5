"""Moves waiting lists when there is room, and notices other room, in the process that leads."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from itertools import islice
from typing import Protocol

import structlog
from asyncpg import Connection
from uuid_utils.compat import uuid7

from ieum.application.event_handler import EventHandler
from ieum.application.flush import flush
from ieum.application.loading import Requirements, load
from ieum.application.room_source import RoomSource
from ieum.casework.capacity import counted
from ieum.casework.waitlist import Move, Queued, moved, moves
from ieum.delivery.backoff import BackOff
from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.failures import DATABASE_RETRYABLE
from ieum.delivery.sending.outbox import Cause, Outbox, StreamBlocked
from ieum.errors import Transient
from ieum.storage.room_rows import Seen, begin_rooms, lock_room, read_queue, read_rooms, read_told

POLL_SECONDS = 1.0
LOOK_AGAIN_SECONDS = 60.0
"""A queue is walked again this often though nothing has changed: a stream may have been blocked."""
QUEUE_MAX = 500
"""Those further behind are not looked at before others have left."""
MOVES_MAX = 20
"""Referrals that one transaction moves."""
RETRY_SECONDS, RETRY_SECONDS_MAX = 1.0, 30.0

_log = structlog.get_logger(__name__)


class Leader(Protocol):
    """Delivery, as far as it is needed here."""

    outbox: Outbox

    @property
    def leading(self) -> asyncio.Event:
        """Set while this process leads."""
        ...

    def wake(self) -> None:
        """Send what was said."""
        ...


class RoomKeeper:
    """Walks the queue of each programme that has changed. Every step follows from what is stored.

    Two processes that both believe to lead do nothing twice: a transaction locks the programme's room, then
    the referrals, and looks again.
    """

    def __init__(
        self,
        context: DeliveryContext,
        handler: EventHandler,
        delivery: Leader,
        source: RoomSource,
    ) -> None:
        self._context = context
        self._handler = handler
        self._delivery = delivery
        self._source = source
        self._policies = source.policies
        self._seen: dict[str, Seen] = {}
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Look now; to be called when room was set."""
        self._woken.set()

    async def run(self) -> None:
        """Work until cancelled, while this process leads."""
        backoff = BackOff(RETRY_SECONDS, RETRY_SECONDS_MAX)
        looked_at = 0.0
        while True:
            await self._delivery.leading.wait()
            self._woken.clear()
            if _now() - looked_at > LOOK_AGAIN_SECONDS:
                looked_at = _now()
                self._seen.clear()
            try:
                await self.turn()
            except (*DATABASE_RETRYABLE, Transient):
                await asyncio.sleep(backoff.pause())
                continue
            except Exception as error:  # noqa: BLE001 - the service works without it; it is retried
                _log.error("waitlist.failed", error=type(error).__name__)
                await asyncio.sleep(backoff.pause())
                continue
            backoff.reset()
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    await self._woken.wait()

    async def turn(self) -> int:
        """Look at every programme's room once, and walk the queues that have changed; returns the moves.

        Not before the database is compared with Kafka: in a restored one a number may be given twice.
        """
        await self._context.restore_check.compared()
        async with self._context.database.acquire() as connection:
            if not self._seen:
                await begin_rooms(connection, self._policies)
            rooms = await read_rooms(connection, self._policies, counted(self._policies))
        count = 0
        for each in rooms:
            name = each.standing.programme
            before = self._seen.get(name)
            if before == each:
                continue
            if before is None or before.standing != each.standing:
                self._source.changed.set()
            count += await self._walk(name) if each.undecided else 0
            self._seen[name] = each
        if count:
            self._delivery.wake()
            self._woken.set()
        return count

    async def _walk(self, programme: str) -> int:
        policy = self._policies[programme]
        async with self._context.database.acquire() as connection, connection.transaction():
            if not await lock_room(connection, programme):
                return 0
            seen = (await read_rooms(connection, [programme], [programme]))[0]
            queue = await read_queue(connection, self._handler.peers, programme, policy.order, QUEUE_MAX)
            told = await read_told(connection, self._handler.peers, queue)
            queued = [Queued(each, told.get(each.id)) for each in queue]
            plan, made = moves(queued, seen.standing, policy), list[Move]()
            while len(made) < MOVES_MAX and (planned := list(islice(plan, MOVES_MAX))):
                made += await self._make(connection, planned)
        if made:
            accepted = sum(each.accepts for each in made)
            _log.info("waitlist.moved", programme=programme, accepted=accepted, told=len(made) - accepted)
        return len(made)

    async def _make(self, connection: Connection, planned: Sequence[Move]) -> list[Move]:
        """Make the moves that are still possible, in this transaction."""
        needs = [Requirements(each.referral.id, case_of_journey=each.accepts) for each in planned]
        loaded = await load(connection, self._handler.peers, needs, [None] * len(needs))
        writer = await self._delivery.outbox.open(connection, {*loaded.known.referrals, *loaded.known.cases})
        now, made = self._context.now(), []
        for move in planned:
            referral = loaded.known.referrals[move.referral.id]
            change = moved(referral, loaded.case_for(referral), move, now, uuid7())
            if change is None:
                continue
            try:
                writer.say(change.says, Cause(), now)
            except StreamBlocked as blocked:
                _log.info("waitlist.postponed", reason=blocked.reason)
                continue
            loaded.take(change, None)
            made.append(move)
        if made:
            view = self._handler.view
            await flush(connection, self._handler.peers, loaded.known, writer.rows(), view=view)
        return made


def _now() -> float:
    return asyncio.get_running_loop().time()
