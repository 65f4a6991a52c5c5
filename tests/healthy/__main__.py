"""A healthy centre under load, watched by a real Prometheus: `python -m tests.healthy --minutes 60`.

Six agencies and the console run as `ieum demo` runs them; random referrals come at an even rate. Prometheus
reads them by infra/observe and evaluates the centre's alarms. None may ring.
"""

import argparse
import asyncio
import json
import shutil
import sys
from itertools import count

from ieum_lab.embedded.running import RunningCentre, running_centre
from ieum_lab.embedded.signals import unwinding
from ieum_lab.embedded.stack import Stack
from ieum_lab.simulator.play import Script, Stage, beside, play, wait_until_known
from ieum_lab.simulator.simulated_centre import SimulatedCentre
from ieum_lab.testing.runs import new_run_folder
from tests.healthy.prometheus import Prometheus, Watched, prometheus_beside

LOOK_SECONDS = 15.0
TOLD_SECONDS = 300.0


def main() -> int:
    """Watch a healthy centre; 0 when every target was read and no alarm rang."""
    arguments = _arguments()
    program = shutil.which(arguments.prometheus)
    if program is None:
        sys.stderr.write(
            f"There is no {arguments.prometheus} here. It comes from no package that is installed with the "
            "project: docs/observability.md says how it is built.\n"
        )
        return 2
    folder = new_run_folder()
    try:
        with unwinding(), running_centre(Stack(folder), _tell) as running:
            watched = asyncio.run(_watch(running, program, arguments))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    _tell(watched.table())
    if arguments.json:
        sys.stdout.write(json.dumps(watched.as_json()) + "\n")
    return 0 if watched.is_quiet else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.healthy", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0, help="how long referrals come")
    parser.add_argument("--rate", type=float, default=5.0, help="random referrals a second")
    parser.add_argument("--prometheus", default="prometheus", help="the program, or a path to it")
    parser.add_argument("--json", action="store_true", help="one line of JSON on stdout at the end")
    return parser.parse_args()


async def _watch(running: RunningCentre, program: str, arguments: argparse.Namespace) -> Watched:
    script = Script(referrals=round(arguments.minutes * 60 * arguments.rate), rate=arguments.rate)
    issuer = running.stack.issuer.key()
    centre = SimulatedCentre.open(running.centre.centre, running.urls, "H", issuer, running.time)
    watched = Watched()
    with prometheus_beside(running, program) as prometheus:
        try:
            stage = Stage(centre, script, await wait_until_known(centre))
            async with beside(_look(prometheus, watched)):
                played = await play(stage, _tell)
        finally:
            await centre.close()
    watched.referrals, watched.events = len(played.streamed), played.events
    return watched


async def _look(prometheus: Prometheus, watched: Watched) -> None:
    """Ask from time to time which alarms wait or ring, and which targets are not read."""
    for number in count(1):
        await asyncio.sleep(LOOK_SECONDS)
        watched.note(*await prometheus.now(), LOOK_SECONDS)
        if number * LOOK_SECONDS % TOLD_SECONDS == 0:
            _tell(f"{number * LOOK_SECONDS / 60:.0f} minutes: {watched.line()}")


def _tell(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
