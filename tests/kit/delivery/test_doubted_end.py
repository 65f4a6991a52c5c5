"""A feed that was doubted when delivery began is trusted again after it was compared, whoever came first."""

import pytest

from tests.kit.delivery.agencies import Bare, new_keys, until
from tests.kit.delivery.conftest import Pair

pytestmark = pytest.mark.stack

WAITING = """
select count(*) from pg_stat_activity
where datname = current_database() and wait_event_type = 'Lock' and query like $1
"""


async def waits(agency: Bare, query: str) -> None:
    """Wait until a statement of the agency waits for a lock."""

    async def blocked() -> bool:
        return bool(await agency.value(WAITING, query))

    await until(blocked)


async def have_read(agency: Bare, peer: Bare) -> None:
    """Run both until the agency has read something; end it then."""
    await agency.start()
    await peer.start()
    await peer.say(agency.address, new_keys(1))

    async def read() -> bool:
        return bool(await agency.value("select count(*) from position where next_offset > 0"))

    await until(read)
    await agency.stop()


async def test_a_relay_that_notes_the_end_after_the_comparison_does_not_leave_it_noted(
    resting: Pair,
) -> None:
    alpha, beta = resting.alpha, resting.beta
    await have_read(alpha, beta)
    async with alpha.database.acquire() as comparing, alpha.database.acquire() as noting:
        at_comparing, at_noting = comparing.transaction(), noting.transaction()
        await at_comparing.start()
        await at_noting.start()
        await comparing.execute("select from position for update")
        await noting.execute("select from feed_epoch for update")
        await alpha.start(ready=False)
        await waits(alpha, "%from position%for update%")
        await waits(alpha, "%set doubted_end = $1%")
        await at_comparing.rollback()

        async def compared() -> bool:
            return not alpha.context.restore_check.is_doubted

        await until(compared)
        await at_noting.rollback()

    async def works() -> bool:
        assert alpha.delivery is not None
        return not await alpha.delivery.problems()

    await until(works)
    await alpha.say(beta.address, new_keys(1))

    async def sent() -> bool:
        return not await alpha.value("select count(*) from outbox")

    await until(sent)
    assert await alpha.value("select doubted_end is null from feed_epoch")
