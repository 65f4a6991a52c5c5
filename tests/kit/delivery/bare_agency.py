"""A bare agency: the whole delivery around a trivial fold, as a process of its own.

It answers every `referral.amended` with `referral.amendment-noted`, and keeps each event that it folded in a
table of its own, in the same transaction, so that a test can compare what was said with what had effect.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from uuid import UUID

import uvloop
from asyncpg import Connection

from ieum.delivery.fold import Applied, Outcome
from ieum.delivery.here import Here
from ieum.delivery.peers import Peers
from ieum.delivery.running import Delivery
from ieum.observe.logging import set_up_logging
from ieum.settings import Settings
from ieum.storage.database import open_database
from ieum_contracts.decisions import ReferralAmendmentNoted
from ieum_contracts.message import Event, Say
from ieum_contracts.referral import ReferralAmended

TABLE = "create table if not exists effect (event_id uuid, source text, key uuid, sequence bigint, o serial)"


class Notes:
    """The trivial application: what it knows of a batch is the list of events that it folded."""

    async def load(self, connection: Connection, events: Sequence[Event]) -> list[Event]:  # noqa: ARG002
        """Know nothing yet."""
        return []

    def keys(self, known: list[Event]) -> Collection[UUID]:  # noqa: ARG002
        """Say nothing on other keys than those heard on."""
        return ()

    def fold(self, known: list[Event], event: Event, now: datetime) -> Outcome:  # noqa: ARG002
        """Note the event; answer what asks for an answer."""
        known.append(event)
        if not isinstance(event.body, ReferralAmended):
            return Applied()
        answer = ReferralAmendmentNoted(answers=(event.envelope.id,))
        key = UUID(event.envelope.subject)
        return Applied((Say(event.envelope.source, key, event.envelope.journey, answer),))

    async def flush(self, connection: Connection, known: list[Event], now: datetime) -> None:  # noqa: ARG002
        """Keep what was folded."""
        await connection.executemany(
            "insert into effect (event_id, source, key, sequence) values ($1, $2, $3, $4)",
            [
                (e.envelope.id, str(e.envelope.source), UUID(e.envelope.subject), e.envelope.sequence)
                for e in known
            ],
        )


async def run(settings: Settings) -> None:
    """Run one bare agency until cancelled."""
    database = await open_database(settings.database_dsn.get_secret_value(), settings.database_secret())
    here = Here(settings.address, database, Peers(), lambda: datetime.now(UTC))
    async with database.acquire() as connection:
        await connection.execute(TABLE)
    try:
        await Delivery(settings, here, Notes()).run()
    finally:
        await database.close()


def main() -> None:
    """Run the agency that the environment describes."""
    settings = Settings()
    set_up_logging("json", "info", agency=settings.agency)
    uvloop.run(run(settings))


if __name__ == "__main__":
    main()
