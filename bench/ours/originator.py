"""Ieum's sender, complete but for HTTP: the load orders referrals where the API would.

With the argument `each` every referral has a commit of its own; else those that come together share one.
"""

import asyncio
import gc
import sys
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import uvloop
from uuid_utils.compat import uuid7

from bench.load import Load
from bench.obey import obey, take_voice
from bench.ours.order import order_for
from bench.ours.watched import WatchedConnections, WatchedDesk
from bench.place import CONNECTIONS_MAX
from bench.trips import Trips
from ieum.agency import load_agency, published
from ieum.application import commands
from ieum.application.command import CommandResult, Submission
from ieum.application.group_commit import TOGETHER_MAX, WORKERS, CommandBatcher
from ieum.application.programme_cache import ProgrammeCache
from ieum.casework.orders import ReferralOrder
from ieum.casework.sending import NewIds
from ieum.casework.values import AgencyView
from ieum.delivery.catalogue.publisher import Offers
from ieum.delivery.delivery_context import Connections, DeliveryContext
from ieum.delivery.delivery_service import Delivery
from ieum.delivery.sending.outbox import Cause
from ieum.delivery.streams.peers import Peers
from ieum.garbage_collection import COLLECT_AFTER
from ieum.observe.logging import set_up_logging
from ieum.settings import Settings
from ieum.storage.connection_pools import DELIVERY_CONNECTIONS_MAX
from ieum.storage.database import open_database
from ieum.storage.idempotency_rows import StoredResponse

PROGRAMME_SECONDS_MAX = 30.0
A_COMMIT_EACH, TOGETHER = (1, CONNECTIONS_MAX), (TOGETHER_MAX, WORKERS)
"""How many orders share a transaction, and how many transactions run at a time."""
NO_ANSWER = StoredResponse(0, (), b"")


class Originator:
    """The employment centre's half: what `ieum run` puts together, and a load instead of the API."""

    def __init__(
        self,
        settings: Settings,
        connections: WatchedConnections,
        requests: Connections,
        together: tuple[int, int],
    ) -> None:
        agency = load_agency(settings.agency_package)
        self.trips = Trips()
        self.context = DeliveryContext(settings.address, connections, Peers(), lambda: datetime.now(UTC))
        self.programme_cache = ProgrammeCache(self.context)
        view = AgencyView(self.context.me, agency.rule_sets, self.programme_cache.programmes)
        self.handler = connections.handler = WatchedDesk(view, self.context.peers, self.trips)
        own = Offers(published(agency, version=1))
        self.delivery = Delivery(settings, self.context, self.handler, own, self.programme_cache)
        context = replace(self.context, database=requests)
        self._counter = CommandBatcher(context, self.handler, self.delivery.outbox, *together)
        self._order: ReferralOrder = order_for()

    async def send(self, key: str) -> str:
        """Refer a client: guards, referral, ledger and outbox in one transaction."""
        order, ids = self._order.model_copy(update={"client_ref": key}), NewIds(uuid7(), uuid7())

        command = commands.refer(order, self.handler.view, ids, lambda _: NO_ANSWER)
        done = await self._counter.serve(Submission(command, Cause(key)))
        if not isinstance(done, CommandResult):
            raise TypeError(f"The load refers new clients alone, and was answered: {done}")
        self.delivery.wake()
        return str(ids.referral)

    async def ready(self) -> None:
        """Wait until the recipient's programme has come by its catalogue and mail is read."""
        to = self._order.recipient, self._order.programme
        async with asyncio.timeout(PROGRAMME_SECONDS_MAX):
            while to not in {(at.agency, programme) for at, programme in self.programme_cache.programmes}:
                await asyncio.sleep(0.05)
            while await self.delivery.problems():
                await asyncio.sleep(0.05)


async def main() -> None:
    """Run the originator until standard input ends."""
    voice = take_voice()
    settings = Settings()
    set_up_logging(settings.log_format, settings.log_level, centre=settings.centre, agency=settings.agency)
    dsn, password = settings.database_dsn.get_secret_value(), settings.database_login()
    database = await open_database(dsn, password, DELIVERY_CONNECTIONS_MAX)
    requests = await open_database(dsn, password, CONNECTIONS_MAX)
    together = A_COMMIT_EACH if "each" in sys.argv else TOGETHER
    originator = Originator(settings, WatchedConnections(database), requests, together)
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 20, 20)
    running = [
        asyncio.create_task(work) for work in (originator.delivery.run(), originator.programme_cache.run())
    ]
    try:
        await originator.ready()
        await obey(voice, _acts(originator))
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await requests.close()
        await database.close()


def _acts(originator: Originator) -> dict[str, Any]:
    load = Load(originator.send, originator.trips)
    return {"begin": load.begin, "mark": load.mark, "stop": load.stop, "burst": load.burst}


if __name__ == "__main__":
    uvloop.run(main())
