"""Two bare agencies of one centre, in this process: started, stopped, spoken through, and looked into."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from asyncpg import Connection

from ieum.delivery.catalogue.publisher import CapacitySource, NoCapacities, Offers
from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.delivery_service import Delivery
from ieum.delivery.sending.outbox import Cause, Outbox
from ieum.delivery.streams.batch_write import write_rows
from ieum.delivery.streams.peers import Peers
from ieum.errors import Transient
from ieum.settings import Settings
from ieum.storage.database import STATEMENT_SECONDS_MAX, Database, open_database
from ieum_contracts.address import Address
from ieum_contracts.message import Say
from ieum_contracts.model import Model
from ieum_contracts.programme import ProgrammePublished
from ieum_contracts.referral import ReferralAmended
from ieum_lab.testing.centre import CentreUnderTest
from tests.kit.delivery.bare_agency import TABLES, Noted, Notes

WAIT_SECONDS_MAX = 60.0


class Clock:
    """A clock that a test sets forward."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        """Tell the time, in UTC."""
        return datetime.now(UTC) + self.ahead


@dataclass(frozen=True, slots=True)
class Told:
    """One event as a ledger has it."""

    peer: str
    family: int
    key: UUID
    sequence: int
    event_id: UUID
    digest: bytes
    fate: str


@contextmanager
def limited(*agencies: "Bare", **limits: Any) -> Iterator[None]:
    """Give agencies that do not run yet these limits of delivery, as long as the block lasts."""
    before = [agency.context for agency in agencies]
    for agency in agencies:
        agency.context = replace(agency.context, limits=replace(agency.context.limits, **limits))
    try:
        yield
    finally:
        for agency, context in zip(agencies, before, strict=True):
            agency.context = context


class Bare:
    """One agency under test; `run` may be called again and again, like a process that is restarted."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.settings = settings
        self.database = database
        self.clock = Clock()
        self.context = DeliveryContext(settings.address, database, Peers(), self.clock)
        self.outbox = Outbox(self.context)
        self.delivery: Delivery[Noted] | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def address(self) -> Address:
        return self.settings.address

    async def start(
        self,
        programmes: Sequence[ProgrammePublished] = (),
        capacities: CapacitySource | None = None,
        *,
        ready: bool = True,
    ) -> None:
        """Run delivery; wait until everything works, unless something is known to be broken."""
        offers = Offers(programmes, capacities or NoCapacities())
        delivery = self.delivery = Delivery(self.settings, self.context, Notes(), offers)
        self._task = asyncio.create_task(delivery.run())

        async def works() -> bool:
            return not await delivery.problems()

        if ready:
            await until(works)

    async def stop(self) -> None:
        """End delivery in an orderly way."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    def check(self) -> None:
        """Raise what delivery ended with, if it has ended by itself, which it never may."""
        if self._task is not None and self._task.done():
            self._task.result()
            raise AssertionError("Delivery has ended by itself.")

    async def say(
        self, to: Address, keys: Sequence[UUID], body: Model | None = None, cause: str = "test"
    ) -> None:
        """Say one event on each key, each in a transaction of its own; tries again as a caller would."""
        for key in keys:
            while not await self._says(Say(to, key, None, body or ReferralAmended()), cause):
                pass
            if self.delivery is not None:
                self.delivery.wake()

    async def _says(self, said: Say, cause: str) -> bool:
        with suppress(Transient):
            await self.context.restore_check.settled()
            async with self.database.acquire() as connection:
                await self.context.peers.know(connection, [said.to])
                async with connection.transaction():
                    await say(self.outbox, connection, [said], Cause(cause), self.clock())
            return True
        return False

    async def rows(self, query: str, *arguments: object) -> list[dict[str, object]]:
        """Look into the database."""
        async with self.database.acquire() as connection:
            return [dict(row) for row in await connection.fetch(query, *arguments)]

    async def value(self, query: str, *arguments: object) -> object:
        """Look one value up."""
        async with self.database.acquire() as connection:
            return await connection.fetchval(query, *arguments)

    async def change(self, statement: str, *arguments: object) -> None:
        """Meddle with the database, as a restored backup or an operator would."""
        async with self.database.acquire() as connection:
            await connection.execute(statement, *arguments)

    async def ledger(self, *, said: bool) -> list[Told]:
        """Read what was said or heard, stream by stream in order."""
        rows = await self.rows(
            "select p.address as peer, family, key, sequence, event_id, digest, fate from ledger l "
            "join peer p on p.id = l.peer where said = $1 order by p.address, family, key, sequence",
            said,
        )
        return [Told(**row) for row in rows]  # type: ignore[arg-type]

    async def effects(self) -> list[tuple[object, ...]]:
        """Read what had effect, in the order in which it had."""
        rows = await self.rows("select source, family, key, sequence, event_id from effect order by o")
        return [tuple(row.values()) for row in rows]


async def say(
    outbox: Outbox, connection: Connection, says: Sequence[Say], cause: Cause, now: datetime
) -> None:
    """Say something in a transaction, as an application would."""
    saying = await outbox.open(connection, {each.key for each in says})
    saying.say(says, cause, now)
    await write_rows(connection, saying.rows())


async def open_bare(
    centre: CentreUnderTest, agency: str, statement_seconds: float = STATEMENT_SECONDS_MAX
) -> Bare:
    """Make an agency ready to start; `close` it afterwards."""
    settings = Settings(**centre.access(agency).values())  # type: ignore[arg-type]
    dsn, login = settings.database_dsn.get_secret_value(), settings.database_login()
    database = await open_database(dsn, login, statement_seconds=statement_seconds)
    bare = Bare(settings, database)
    await bare.change(TABLES)
    return bare


async def close(*agencies: Bare) -> None:
    """End agencies and give their connections back."""
    await asyncio.gather(*(agency.stop() for agency in agencies))
    await asyncio.gather(*(agency.database.close() for agency in agencies))


async def until(
    holds: Callable[[], Awaitable[bool]], seconds: float = WAIT_SECONDS_MAX, pause: float = 0.02
) -> float:
    """Wait until something holds; gives the seconds that it took, and fails after too many."""
    started = time.monotonic()
    while not await holds():
        assert time.monotonic() - started < seconds, f"{holds.__qualname__} did not hold within {seconds} s"
        await asyncio.sleep(pause)
    return time.monotonic() - started


COUNTED = """
select count(*) filter (where said) as said, count(*) filter (where not said) as heard,
    (select count(*) from outbox) + (select count(*) from notice) as waiting
from ledger where $1::uuid[] is null or key = any($1::uuid[])
"""


async def quiet(
    *agencies: Bare, keys: Collection[UUID] | None = None, seconds: float = WAIT_SECONDS_MAX
) -> float:
    """Wait until nothing is on its way (on these keys): all that was said is heard and need not be sent."""
    known: list[int] = []

    async def settled() -> bool:
        """Look twice: an answer may be said between looking at what was said and at what was heard."""
        nonlocal known
        for agency in agencies:
            agency.check()
        rows = [(await agency.rows(COUNTED, None if keys is None else list(keys)))[0] for agency in agencies]
        before, known = known, [int(str(row["said"])) for row in rows]
        heard = sum(int(str(row["heard"])) for row in rows)
        return before == known and sum(known) == heard and not any(row["waiting"] for row in rows)

    return await until(settled, seconds, pause=0.05)


def told_key(agency: Bare, told: Told) -> tuple[str, str, int, UUID, int]:
    return str(agency.address), told.peer, told.family, told.key, told.sequence


def heard_key(agency: Bare, told: Told) -> tuple[str, str, int, UUID, int]:
    return told.peer, str(agency.address), told.family, told.key, told.sequence


async def check_histories(*agencies: Bare) -> int:
    """Compare what was said with what was heard and what had effect: all, once, in order. Gives the count."""
    said = {told_key(a, t): (t.event_id, t.digest) for a in agencies for t in await a.ledger(said=True)}
    count = 0
    heard_all: dict[tuple[str, str, int, UUID, int], tuple[UUID, bytes]] = {}
    for agency in agencies:
        heard = await agency.ledger(said=False)
        heard_all |= {heard_key(agency, t): (t.event_id, t.digest) for t in heard}
        effects = [event_id for *_, event_id in await agency.effects()]
        applied = {t.event_id for t in heard if t.fate == "applied"}
        assert len(effects) == len(set(effects)), "an event had effect twice"
        assert set(effects) == applied, "effects and ledger differ"
        reached: dict[tuple[object, ...], int] = {}
        for source, family, key, sequence, _ in await agency.effects():
            assert int(str(sequence)) > reached.get((source, family, key), 0), (
                "an event had effect out of order"
            )
            reached[source, family, key] = int(str(sequence))
        count += len(heard)
    odd = {
        at: (said.get(at), heard_all.get(at)) for at in said | heard_all if said.get(at) != heard_all.get(at)
    }
    assert not odd, f"what was said is not what was heard: {odd}"
    for at in said:
        assert at[4] == 1 or (*at[:4], at[4] - 1) in said, "a number was left out"
    return count


def new_keys(count: int) -> list[UUID]:
    """Make keys that nobody has used."""
    return [uuid4() for _ in range(count)]
