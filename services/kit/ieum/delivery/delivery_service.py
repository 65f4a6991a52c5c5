"""One agency's delivery, put together and running: relay, consumer, upkeep and catalogue."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Generic

from ieum.delivery.catalogue.publisher import Announcer
from ieum.delivery.failures import DATABASE_AWAY
from ieum.delivery.catalogue.reader import CatalogueReader, NoShelf, Shelf
from ieum.delivery.receiving.consumer import Consumer
from ieum.delivery.application import Application, Known
from ieum.delivery.delivery_context import Here
from ieum.delivery.receiving.inbox import Inbox
from ieum.delivery.sending.outbox import Outbox
from ieum.delivery.sending.producer import Producer
from ieum.delivery.sending.relay import DatabaseAddress, Relay
from ieum.delivery.records.corrupt_records import read_past_unreadable
from ieum.delivery.maintenance.schedule import Upkeep
from ieum.settings import Settings
from ieum_contracts.programme import ProgrammePublished

TURN_SECONDS_MAX = 15.0
ANSWER_SECONDS_MAX = 2.0


class Delivery(Generic[Known]):
    """Carries events for one agency while `run` runs; `application` decides what they mean."""

    def __init__(
        self,
        settings: Settings,
        here: Here,
        application: Application[Known],
        programmes: Sequence[ProgrammePublished] = (),
        shelf: Shelf | None = None,
    ) -> None:
        read_past_unreadable()
        here.standing.doubt()
        self._here = here
        self._producer = Producer(settings)
        address = DatabaseAddress(settings.database_dsn.get_secret_value(), settings.database_secret())
        self._relay = Relay(address, here, self._producer)
        self.outbox = Outbox(here)
        inbox = Inbox(here, self.outbox, application)
        self._consumer = Consumer(settings, here, inbox, self._relay)
        self._upkeep = Upkeep(here, inbox, self._relay, self._consumer.ends, self._consumer.compared)
        self._announcer = Announcer(here, self._relay, self._producer, programmes)
        self._reader = CatalogueReader(settings, here, shelf or NoShelf())

    def wake(self) -> None:
        """Say that a transaction has committed in which something was said."""
        self._relay.wake()

    async def run(self) -> None:
        """Carry events until cancelled, through failures of database and broker; a bug ends it."""
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._producer.close)
            tasks = await stack.enter_async_context(asyncio.TaskGroup())
            tasks.create_task(self._relay.run())
            tasks.create_task(self._consumer.run())
            tasks.create_task(self._upkeep.run())
            tasks.create_task(self._announcer.run())
            tasks.create_task(self._reader.run())

    async def problems(self) -> list[str]:
        """Name in whole sentences what keeps events from moving now."""
        found: list[str] = []
        try:
            async with asyncio.timeout(ANSWER_SECONDS_MAX), self._here.database.acquire() as connection:
                await connection.execute("select 1 from position limit 1")
        except DATABASE_AWAY:
            found.append("The database does not answer; events wait until it does.")
        except Exception as error:  # noqa: BLE001 - a database that was never migrated, above all
            found.append(f"The database cannot be used ({type(error).__name__}); run `ieum migrate`.")
        if not self._consumer.reading:
            found.append("The mailboxes are not read yet; Kafka may be away, or the group is joining.")
        if asyncio.get_running_loop().time() - self._relay.last_turn > TURN_SECONDS_MAX:
            found.append("The relay neither works nor waits for its lock; the database may be away.")
        return found
