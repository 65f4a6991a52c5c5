"""What this agency says of its programmes' room: what was set, what is counted, and the waiting time."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from asyncpg import Connection

from ieum.casework.capacity import RoomPolicy, capacity_of, counted
from ieum.storage.room_rows import read_rooms
from ieum.storage.waiting_times import measure_waiting
from ieum_contracts.capacity import CapacityChanged, WaitingTime

MEASURE_AGAIN = timedelta(hours=1)


class RoomSource:
    """Reads the room as it is now; waiting times are measured once an hour."""

    def __init__(self, policies: Mapping[str, RoomPolicy], clock: Callable[[], datetime]) -> None:
        self.changed = asyncio.Event()
        self.policies = policies
        self._clock = clock
        self._waiting: Mapping[str, WaitingTime] = {}
        self._measured_at: datetime | None = None

    async def read(self, connection: Connection) -> Sequence[CapacityChanged]:
        """Return the room of every programme of which it is known."""
        now = self._clock()
        if self._measured_at is None or not timedelta() <= now - self._measured_at < MEASURE_AGAIN:
            self._waiting = await measure_waiting(connection, self.policies, now)
            self._measured_at = now
        found = (
            capacity_of(each.standing, policy, self._waiting.get(each.standing.programme))
            for each in await read_rooms(connection, self.policies, counted(self.policies))
            if (policy := self.policies.get(each.standing.programme)) is not None
        )
        return [each for each in found if each is not None]
