"""Ieum's sender, complete but for HTTP: the load orders referrals where the API would, a commit for each."""

import asyncio
import gc
from datetime import UTC, datetime
from typing import Any

import uvloop
from uuid_utils.compat import uuid7

from bench.load import Load
from bench.obey import obey, take_voice
from bench.ours.order import order_for
from bench.ours.watched import WatchedConnections, WatchedDesk
from bench.trips import Trips
from ieum.agency import load_agency, published
from ieum.casework.orders import ReferralOrder
from ieum.casework.sending import NewIds
from ieum.casework.values import Refusal, View
from ieum.delivery.here import Here
from ieum.delivery.outbox import Cause
from ieum.delivery.peers import Peers
from ieum.delivery.running import Delivery
from ieum.observe.logging import set_up_logging
from ieum.service import COLLECT_AFTER, Shelf
from ieum.settings import Settings
from ieum.storage import commands
from ieum.storage.database import open_database

PROGRAMME_SECONDS_MAX = 30.0


class Originator:
    """The employment centre's half: what `ieum run` puts together, and a load instead of the API."""

    def __init__(self, settings: Settings, connections: WatchedConnections) -> None:
        agency = load_agency(settings.agency_package)
        self.trips = Trips()
        self.here = Here(settings.address, connections, Peers(), lambda: datetime.now(UTC))
        self.shelf = Shelf(self.here)
        view = View(self.here.me, agency.rule_sets, self.shelf.programmes)
        self.desk = connections.desk = WatchedDesk(view, self.here.peers, self.trips)
        own = published(agency, version=1)
        self.delivery = Delivery(settings, self.here, self.desk, own, self.shelf.changed)
        self._order: ReferralOrder = order_for()

    async def send(self, key: str) -> str:
        """Refer a client: guards, referral, ledger and outbox in a transaction of its own."""
        order = self._order.model_copy(update={"client_ref": key})
        async with self.here.database.acquire() as connection, connection.transaction():
            now, ids = self.here.clock(), NewIds(uuid7(), uuid7())
            change = await commands.refer(self.desk, connection, order, now, ids)
            assert not isinstance(change, Refusal), change  # noqa: S101 - the load refers new clients alone
            await self.delivery.outbox.say(connection, change.says, Cause(key), now)
        self.delivery.wake()
        return str(ids.referral)

    async def ready(self) -> None:
        """Wait until the recipient's programme has come by its catalogue and mail is read."""
        to = self._order.recipient, self._order.programme
        async with asyncio.timeout(PROGRAMME_SECONDS_MAX):
            while to not in {(at.agency, programme) for at, programme in self.shelf.programmes}:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            while await self.delivery.problems():  # noqa: ASYNC110
                await asyncio.sleep(0.05)


async def main() -> None:
    """Run the originator until standard input ends."""
    voice = take_voice()
    settings = Settings()
    set_up_logging(settings.log_format, settings.log_level, centre=settings.centre, agency=settings.agency)
    database = await open_database(settings.database_dsn.get_secret_value(), settings.database_secret())
    originator = Originator(settings, WatchedConnections(database))
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 20, 20)
    running = [asyncio.create_task(work) for work in (originator.delivery.run(), originator.shelf.run())]
    try:
        await originator.ready()
        await obey(voice, _acts(originator))
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await database.close()


def _acts(originator: Originator) -> dict[str, Any]:
    load = Load(originator.send, originator.trips)
    return {"begin": load.begin, "mark": load.mark, "stop": load.stop, "burst": load.burst}


if __name__ == "__main__":
    uvloop.run(main())
