"""Heals what faults may have left broken, so that what then still does not work is the product's fault."""

import asyncio
import signal
from contextlib import suppress

from ieum.centre.apply import apply
from ieum.centre.centre_file import CentreError
from ieum_lab.embedded.errors import StackError
from tests.chaos.scene import Scene

APPLY_SECONDS_MAX, PAUSE_SECONDS = 60.0, 1.0


async def _apply(scene: Scene) -> None:
    """Set the centre up again, as soon as the brokers that came back let it be done."""
    loop = asyncio.get_running_loop()
    until = loop.time() + APPLY_SECONDS_MAX
    while True:
        try:
            await apply(scene.centre.centre, scene.centre.settings)
        except CentreError:
            if loop.time() > until:
                raise
            await asyncio.sleep(PAUSE_SECONDS)
        else:
            return


async def heal(scene: Scene) -> None:
    """Set everything right that faults may have left wrong."""
    for door in scene.doors:
        door.mend()
    if scene.stack.postgres.child.process() is None:
        await asyncio.to_thread(scene.stack.postgres.start)
    if scene.doors:
        await asyncio.to_thread(scene.stack.kafka.again)
        await _apply(scene)
    for service in scene.everyone:
        if service.pid is None:
            await asyncio.to_thread(service.start)
        with suppress(StackError):
            service.child.send(signal.SIGCONT)
    await scene.ready()
