"""How much each agency said about referrals on a day, counted once an event, whenever it comes."""

from collections import Counter
from collections.abc import Mapping
from datetime import date

from asyncpg import Connection

from ieum.casework.referral_fold import Said
from ieum_console.projector.names import Names
from ieum_console.projector.step_rows import REFERRAL, Place
from ieum_contracts.timing import day_of

WRITE_DAYS = """
insert into day_of_events (agency, day, type, events)
select * from unnest($1::smallint[], $2::date[], $3::smallint[], $4::integer[])
on conflict (agency, day, type) do update set events = day_of_events.events + excluded.events
"""


async def write_days(connection: Connection, fresh: Mapping[Place, Said], names: Names) -> None:
    """Count new events by agency, day in Seoul and type."""
    counted = Counter[tuple[int, date, int]](
        (place.source, day_of(said.said_at), names.type(said.type))
        for place, said in fresh.items()
        if place.family == REFERRAL
    )
    if counted:
        rows = [(*what, events) for what, events in sorted(counted.items())]
        await connection.execute(WRITE_DAYS, *map(list, zip(*rows, strict=True)))
