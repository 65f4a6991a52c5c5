"""The pools of one service: delivery, commands and requests never make each other wait."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from ieum.observe.process_measures import ProcessMeasures
from ieum.settings import Settings
from ieum.storage.database import CONNECTIONS_MAX, Database, open_database

DELIVERY_CONNECTIONS_MAX = 4


class Pools(NamedTuple):
    """The pools by what they are for, in the order in which they are opened."""

    delivery: Database
    commands: Database
    requests: Database

    def to_close(self) -> Sequence[Database]:
        """Return them in the order in which they are closed: delivery's last."""
        return self.commands, self.requests, self.delivery


async def open_pools(
    settings: Settings, workers: int, measures: ProcessMeasures, server: Callable[[datetime], None]
) -> Pools:
    """Return the pools; commands have a connection for each of their `workers`.

    `server` is called with when the server of each new connection was started.
    """
    dsn, password = settings.database_dsn.get_secret_value(), settings.database_login()
    sizes = (DELIVERY_CONNECTIONS_MAX, workers, CONNECTIONS_MAX)
    return Pools(
        *[
            await open_database(dsn, password, size, measures.waited(pool), server=server)
            for pool, size in zip(Pools._fields, sizes, strict=True)
        ]
    )
