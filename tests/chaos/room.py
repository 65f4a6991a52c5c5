"""Fills the courses of chaos and lets room appear there, as a worker of the agency would: over HTTP."""

from random import Random

from ieum_lab.testing.history import Left
from tests.chaos.agencies.hurried import COURSE, SECONDS_MAX
from tests.chaos.caller import Caller, Met
from tests.chaos.scene import Scene

PLACES_FIRST, PLACES_MAX = 1, 3
"""A single place at first, so that nearly everybody waits."""
PLENTY = 100_000
_RUNNING = """
select count(*) from clock
where fires_at between now() - interval '10 seconds' and now() + $1 * interval '1 second'
"""


async def change_places(scene: Scene, random: Random) -> str:
    """Give a course another number of places: it becomes full, or there is room."""
    if not scene.automatic:
        return "no programme gives its places away"
    agency, places = random.choice(scene.agencies), random.randint(0, PLACES_MAX)
    await set_places(scene, agency, places)
    return f"{places} at {agency}"


async def set_places_everywhere(scene: Scene, places: int) -> None:
    """Give every course so many places, where there are courses."""
    for agency in scene.agencies if scene.automatic else ():
        await set_places(scene, agency, places)


async def set_places(scene: Scene, agency: str, places: int) -> None:
    """Set the places of an agency's course, at whichever instance answers."""
    urls = [service.url for service in scene.services[agency]]
    caller = Caller(urls, Met(), scene.token(agency))
    try:
        status, answer = await caller.post(f"/v1/programmes/{COURSE}/room", {"places": places})
        assert status == 200, answer
    finally:
        caller.close()


async def clocks_under_way(scene: Scene) -> list[Left]:
    """Return which agencies have clocks that are about to run out; none are where nobody is in a hurry."""
    left: list[Left] = []
    for me in scene.addresses if scene.automatic else ():
        async with scene.database(me) as connection:
            if running := await connection.fetchval(_RUNNING, SECONDS_MAX):
                left.append(Left(str(me), "running clocks", f"has {running}"))
    return left
