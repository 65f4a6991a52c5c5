"""A launcher that kills a bare agency with SIGKILL at the n-th resumption of its relay's or consumer's tasks.

It imports everything once, and forks a life for each line that it reads: `<n>` for one that ends at the n-th
resumption since everything works, 0 for one that goes on. It writes `alive <pid>` and `dead <exit code>`, and
a life `steps <count>` when it is sent SIGUSR1; log lines stand between them. Nothing in the product knows of
it: tasks are wrapped from outside.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Coroutine, Generator
from types import TracebackType
from typing import Any

import uvloop

from ieum.observe.logging import set_up_logging
from ieum.settings import Settings
from tests.kit.delivery import bare_agency

ROLES = {
    "relay": frozenset({"Relay.run", "Producer.send"}),
    "consumer": frozenset({"LogicSubscriber._run_consume_loop"}),
}


class Fuse:
    """Counts resumptions once it is armed, and kills its process at the last one."""

    def __init__(self, last: int) -> None:
        self._last = last
        self._armed = False
        self._steps = 0

    def arm(self) -> None:
        self._armed = True
        tell(f"alive {os.getpid()}")

    def burn(self) -> None:
        if self._armed:
            self._steps += 1
            if self._steps == self._last:
                os.kill(os.getpid(), signal.SIGKILL)

    def report(self) -> None:
        tell(f"steps {self._steps}")


class Counted(Coroutine[Any, Any, Any]):
    """A coroutine each of whose resumptions burns the fuse."""

    def __init__(self, coroutine: Coroutine[Any, Any, Any], fuse: Fuse) -> None:
        self._coroutine = coroutine
        self._fuse = fuse

    def send(self, value: object) -> object:
        self._fuse.burn()
        return self._coroutine.send(value)

    def throw(
        self,
        kind: Any,
        value: BaseException | object = None,
        trace: TracebackType | None = None,
    ) -> object:
        self._fuse.burn()
        return self._coroutine.throw(kind, value, trace) if value else self._coroutine.throw(kind)

    def close(self) -> None:
        self._coroutine.close()

    def __await__(self) -> Generator[Any, Any, Any]:
        """Count nothing: a task resumes its coroutine by `send`."""
        return self._coroutine.__await__()


def tell(line: str) -> None:
    """Write one line to the process that started the launcher."""
    os.write(1, f"{line}\n".encode())


async def live(settings: Settings, role: str, fuse: Fuse) -> None:
    """Run the agency, its role's tasks counted."""
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, fuse.report)

    def factory(loop: asyncio.AbstractEventLoop, coroutine: Any, **options: Any) -> asyncio.Task[Any]:
        counted = getattr(coroutine, "__qualname__", "") in ROLES[role]
        return asyncio.Task(Counted(coroutine, fuse) if counted else coroutine, loop=loop, **options)

    loop.set_task_factory(factory)
    await bare_agency.run(settings, ready=fuse.arm)


def main() -> None:
    """Fork a life for each line read, one after the other, until the input ends."""
    settings, role = Settings(), sys.argv[1]
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            set_up_logging("json", "error")
            uvloop.run(live(settings, role, Fuse(int(line))))
        _, status = os.waitpid(child, 0)
        tell(f"dead {os.waitstatus_to_exitcode(status)}")


if __name__ == "__main__":
    main()
