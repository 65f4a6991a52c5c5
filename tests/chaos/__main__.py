"""Long chaos from the command line: `python -m tests.chaos --minutes 30 --seed 1`."""

import argparse
import asyncio
import shutil
import sys
from pathlib import Path

from ieum_lab.embedded.signals import unwinding
from ieum_lab.testing.centre import make_template
from ieum_lab.testing.cluster import ClusterStack
from ieum_lab.testing.runs import ended_runs, new_run_folder
from tests.chaos.chaos import Outcome, run_chaos, told
from tests.chaos.disk import mount, unmount
from tests.chaos.faults import FAULTS
from tests.chaos.scene import make_scene
from tests.chaos.schedule import Step, alone, mixed
from tests.chaos.workload import Workload


def main() -> int:
    """Run chaos on a cluster of its own; 0 when there is no verdict, and no answer that cannot be right."""
    arguments = _arguments()
    for folder in ended_runs():
        _end(ClusterStack(folder))
    stack = ClusterStack(new_run_folder())
    with unwinding():
        try:
            if not mount(stack):
                _tell("disk full is left out: no file system can be mounted here, that takes root")
            stack.start()
            outcome = asyncio.run(_run(stack, arguments))
        finally:
            if arguments.logs is not None:
                shutil.copytree(stack.state.folder / "logs", arguments.logs, dirs_exist_ok=True)
            _end(stack)
    _tell(told(outcome))
    for answer in outcome.met.strange:
        _tell(f"cannot be right: {answer}")
    return 1 if outcome.verdicts or outcome.met.strange else 0


def _end(stack: ClusterStack) -> None:
    """End all servers of a stack at once, and leave nothing behind."""
    stack.postgres.stop(immediate=True)
    unmount(stack)
    stack.discard()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0, help="how long faults happen")
    parser.add_argument("--seed", type=int, default=1, help="which workload and which schedule")
    parser.add_argument("--alone", action="store_true", help="one fault after the other, each of them once")
    parser.add_argument("--fault", action="append", choices=sorted(FAULTS), help="only this one (repeatable)")
    parser.add_argument("--long", action="store_true", help="with twelve minutes without brokers among them")
    parser.add_argument("--pause", type=float, default=75.0, help="seconds between the faults of a lane")
    parser.add_argument("--under-way", type=int, default=600, help="referrals under way at a time")
    parser.add_argument("--workers", type=int, default=64, help="calls at a time")
    parser.add_argument("--think", type=float, default=0.0, help="seconds a worker rests between calls")
    parser.add_argument("--logs", type=Path, help="folder that the logs of all processes are copied to")
    parser.add_argument("--history", type=Path, help="file for the history, a line of JSON for each fact")
    return parser.parse_args()


async def _run(stack: ClusterStack, arguments: argparse.Namespace) -> Outcome:
    scene = await make_scene(stack, await make_template(stack), hurried=True)
    workload = Workload(scene, arguments.seed, arguments.under_way, arguments.think, arguments.workers)
    seconds = arguments.minutes * 60
    try:
        await scene.start()
        _tell(f"{scene.centre.id}: {len(scene.everyone)} instances are ready, seed {arguments.seed}")
        schedule = _schedule(arguments, seconds)
        return await run_chaos(scene, schedule, workload, _tell, seconds=seconds, file=arguments.history)
    finally:
        await scene.end()


def _schedule(arguments: argparse.Namespace, seconds: float) -> list[list[Step]]:
    if arguments.alone or arguments.fault:
        return alone(arguments.seed, *filter(None, [arguments.fault]))
    return mixed(arguments.seed, seconds, arguments.pause, long=arguments.long)


def _tell(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
