"""Composes and runs one agency's delivery: relay, consumer, maintenance and catalogue."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Generic

from asyncpg import InvalidAuthorizationSpecificationError

from ieum.delivery.agencies import ListedAgencies
from ieum.delivery.application import Application, Known
from ieum.delivery.catalogue.publisher import CataloguePublisher, Offers
from ieum.delivery.catalogue.reader import CatalogueListener, CatalogueReader, NoListener
from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.failures import DATABASE_RETRYABLE
from ieum.delivery.maintenance.schedule import Maintenance
from ieum.delivery.receiving.consumer import Consumer
from ieum.delivery.receiving.inbox import Inbox
from ieum.delivery.records.corrupt_records import tolerate_corrupt_records
from ieum.delivery.sending.feed_watch import News
from ieum.delivery.sending.leadership import DatabaseAddress
from ieum.delivery.sending.outbox import Outbox
from ieum.delivery.sending.producer import Producer
from ieum.delivery.sending.relay import Relay
from ieum.delivery.streams.stream import FAMILIES
from ieum.settings import Settings
from ieum_contracts.topics import topic_of

TURN_SECONDS_MAX = 15.0
ANSWER_SECONDS_MAX = 2.0


class Delivery(Generic[Known]):
    """Sends and receives one agency's events while `run` runs; `application` decides what they mean.

    The leading process also does the steps of `cleaning`, at every tick.
    """

    def __init__(
        self,
        settings: Settings,
        context: DeliveryContext,
        application: Application[Known],
        offers: Offers | None = None,
        listener: CatalogueListener | None = None,
        *,
        cleaning: Sequence[Callable[[], Awaitable[None]]] = (),
    ) -> None:
        tolerate_corrupt_records()
        context.restore_check.doubt()
        self._context = context = replace(context, agencies=ListedAgencies(self._topics))
        self._producer = Producer(settings, context.limits)
        address = DatabaseAddress(settings.database_dsn.get_secret_value(), settings.database_login())
        self.news = News(context.limits.feed_seconds)
        self._relay = Relay(address, context, self._producer, self.news)
        context.measures.relay(self._relay.leading.is_set)
        self.outbox = Outbox(context)
        inbox = Inbox(context, self.outbox, application)
        self._consumer = Consumer(settings, context, inbox, self._relay)
        context.measures.reading(self._unseen_seconds, self._consumer.progress.partitions_away)
        self._maintenance = Maintenance(context, inbox, self._relay, self._consumer, cleaning=cleaning)
        offers = offers or Offers()
        self._publisher = CataloguePublisher(context, self._relay, self._producer, offers)
        self._reader = CatalogueReader(settings, context, listener or NoListener(), offers.capacities.changed)

    @property
    def leading(self) -> asyncio.Event:
        """Set while this process leads: it sends the outbox and does the maintenance."""
        return self._relay.leading

    def wake(self) -> None:
        """To be called after the commit of a transaction that wrote to the outbox."""
        self._relay.wake()

    async def run(self) -> None:
        """Run until cancelled, through failures of database and broker; a bug ends it."""
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._producer.close)
            tasks = await stack.enter_async_context(asyncio.TaskGroup())
            tasks.create_task(self._relay.run())
            tasks.create_task(self._consumer.run())
            tasks.create_task(self._maintenance.run())
            tasks.create_task(self._publisher.run())
            tasks.create_task(self._reader.run())

    def _unseen_seconds(self) -> float:
        return self._consumer.progress.unseen_seconds(asyncio.get_running_loop().time())

    async def _topics(self) -> Collection[str]:
        return await self._consumer.topics()

    async def problems(self) -> list[str]:
        """Return in whole sentences what keeps events from moving now."""
        found: list[str] = []
        try:
            async with asyncio.timeout(ANSWER_SECONDS_MAX), self._context.database.acquire() as connection:
                await connection.execute("select 1 from position limit 1")
        except InvalidAuthorizationSpecificationError:
            found.append("The database refuses the agency's login; look at the password that it was given.")
        except DATABASE_RETRYABLE:
            found.append("The database does not answer; events wait until it does.")
        except Exception as error:  # noqa: BLE001 - most often a database that was never migrated
            found.append(f"The database cannot be used ({type(error).__name__}); run `ieum migrate`.")
        now = asyncio.get_running_loop().time()
        found += self._unread(now)
        if now - self._relay.last_turn > TURN_SECONDS_MAX:
            found.append("The relay neither works nor waits for its lock; the database may be away.")
        if self._relay.failing is not None:
            since, why = self._relay.failing
            if now - since > self._context.limits.unseen_seconds:
                found.append(f"Kafka has taken nothing from the relay for {now - since:.0f} seconds: {why}")
        return found

    def _unread(self, now: float) -> Iterator[str]:
        """Say why mailboxes are not read: no partitions, no answer of the broker, or no progress."""
        if not self._consumer.reading:
            yield "The mailboxes are not read yet; Kafka may be away, or the group is joining."
            return
        limits, progress = self._context.limits, self._consumer.progress
        for topic in sorted(progress.missing):
            yield f"Mailbox {topic} is missing, the others are read; `ieum centre apply` makes it."
        for topic, partition in sorted(progress.leaderless):
            yield f"Nobody leads partition {partition} of {topic}, the others are read; a broker is away."
        unseen_seconds = progress.unseen_seconds(now)
        if unseen_seconds > limits.unseen_seconds:
            yield (
                f"Kafka has not said for {unseen_seconds:.0f} seconds how far the mailboxes reach; "
                "it may be away, or refuse the login."
            )
        for (family, partition), records in sorted(progress.still.items()):
            topic = topic_of(self._context.me, FAMILIES[family])
            yield (
                f"Partition {partition} of {topic} stands still: {records} record(s) wait there, "
                f"and none was taken in for {limits.still_seconds:.0f} seconds."
            )
