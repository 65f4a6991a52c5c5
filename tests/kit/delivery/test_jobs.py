"""The jobs of maintenance: one that cannot be done keeps none of the others from being done."""

import pytest

from ieum_lab.testing.plugin import MakeCentre
from tests.kit.delivery.agencies import close, limited, new_keys, open_bare, until

pytestmark = pytest.mark.stack

STATEMENT_SECONDS = 0.5
SEEN = "create table seen (notice bigint)"
SEE = """
create function see() returns trigger language plpgsql as
$$ begin insert into seen values (new.id); return new; end $$
"""
LOOK = "create trigger see after insert on notice for each row execute function see()"


async def test_a_job_that_waits_for_a_lock_delays_the_others_and_no_more(make_centre: MakeCentre) -> None:
    """The second job of each tick runs into its time limit; heads are told by a later one."""
    centre = await make_centre("alpha", "beta")
    alpha = await open_bare(centre, "alpha", STATEMENT_SECONDS)
    beta = await open_bare(centre, "beta")
    for statement in (SEEN, SEE, LOOK):
        await alpha.change(statement)
    with limited(alpha, tick_seconds=0.05, heads_ticks=1):
        await alpha.start()

    async def told() -> bool:
        return bool(await alpha.value("select count(*) from seen"))

    async with alpha.database.acquire() as other, other.transaction():
        await other.execute("lock table source in exclusive mode")
        await alpha.say(beta.address, new_keys(3))
        await until(told, seconds=30)
    await close(alpha, beta)
