"""The clocks of an agency's machines are set wrong for a while."""

import asyncio
from datetime import UTC, timedelta
from random import Random

from ieum_contracts import envelope
from tests.chaos.scene import Scene

STEPS_SECONDS = (30, 540, 7_200)
"""A clock a little wrong, nearly as much as peers allow for, and two hours."""

_LATEST = """
select headers, at from ledger where said and at > $1 order by at desc limit 1
"""


async def step_clock(scene: Scene, random: Random) -> str:
    """Set the clock of an agency's machines wrong for some seconds, forwards or backwards.

    Raises OSError when the agency said nothing meanwhile, or not by that clock.
    """
    me = random.choice(scene.addresses)
    seconds = random.choice(STEPS_SECONDS) * random.choice((-1, 1))
    async with scene.database(me) as connection:
        begun = await connection.fetchval("select now()")
        scene.stepped.add(me.agency)
        scene.clock(me.agency).write_text(str(seconds), encoding="utf-8")
        try:
            await asyncio.sleep(random.uniform(5, 20))
            row = await connection.fetchrow(_LATEST, begun + timedelta(seconds=2))
        finally:
            scene.clock(me.agency).write_text("0", encoding="utf-8")
    if row is None:
        raise OSError(f"{me.agency} said nothing by its wrong clock.")
    event = envelope.read(envelope.from_canonical(row["headers"]))
    wrong = (event.time.astimezone(UTC) - row["at"]).total_seconds()
    if abs(wrong - seconds) > abs(seconds) / 2:
        raise OSError(f"{me.agency} went by a clock that is {wrong:.0f} s ahead, not {seconds}.")
    return f"{seconds:+} s at {me.agency}"
