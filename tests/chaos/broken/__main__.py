"""`python -m tests.chaos.broken`: breaks the product in every known way and shows by what each was caught."""

import argparse
import asyncio
import sys
from collections.abc import Sequence

from ieum_lab.embedded.signals import unwinding
from ieum_lab.embedded.stack import Stack
from ieum_lab.testing.centre import make_template
from ieum_lab.testing.counterexample import explain
from ieum_lab.testing.runs import new_run_folder
from tests.chaos.broken.catching import Caught, catch_by_test, catch_by_verdict, silent
from tests.chaos.broken.rules import RULES
from tests.chaos.broken.variants import VARIANTS


def main() -> int:
    """Run the variants that the arguments name, or all; 0 when each was caught and the control was not."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.broken", description=__doc__)
    parser.add_argument("variant", nargs="*", help="only these")
    parser.add_argument("--seed", type=int, default=1, help="of workload and faults")
    parser.add_argument("--explain", action="store_true", help="show what happens, and a counterexample")
    arguments = parser.parse_args()
    names = arguments.variant or [*VARIANTS, *RULES]
    if unknown := set(names) - {*VARIANTS, *RULES}:
        parser.error(f"There is no variant {', '.join(sorted(unknown))}.")
    _tell(f"{'variant':38} {'caught':7} {'s':>4}  by")
    stack = Stack(new_run_folder(), durable=False)
    with unwinding():
        try:
            stack.start()
            fine = asyncio.run(_all(stack, names, arguments))
        finally:
            stack.discard()
    return 0 if fine else 1


async def _all(stack: Stack, names: Sequence[str], arguments: argparse.Namespace) -> bool:
    template = await make_template(stack)
    fine = True
    for name in names:
        if name in VARIANTS:
            tell = _tell if arguments.explain else silent
            caught = await catch_by_verdict(stack, template, name, arguments.seed, tell)
        else:
            caught = await catch_by_test(name)
        fine = fine and caught.expected
        _tell(_line(caught))
        if arguments.explain and caught.outcome is not None and caught.outcome.verdicts:
            _tell(explain(caught.outcome.verdicts[0], caught.outcome.history))
    return fine


def _line(caught: Caught) -> str:
    word = ("yes" if caught.by else "clean") if caught.expected else "NO"
    return f"{caught.variant:38} {word:7} {caught.seconds:4.0f}  {caught.by}"


def _tell(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
