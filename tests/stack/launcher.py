"""A launcher as a process of its own, to be ended in several ways: starts the stack, says so, and waits."""

import sys
import time
from pathlib import Path

from ieum_lab.embedded.signals import undisturbed, unwinding
from ieum_lab.embedded.stack import Stack

LIFE_SECONDS_MAX = 250


def main() -> None:
    """Run a stack in the folder of the first argument until this process is told to end."""
    stack = Stack(Path(sys.argv[1]), durable=False)
    with unwinding():
        try:
            stack.start()
            sys.stdout.write("ready\n")
            sys.stdout.flush()
            time.sleep(LIFE_SECONDS_MAX)
        finally:
            with undisturbed():
                stack.stop()


if __name__ == "__main__":
    main()
