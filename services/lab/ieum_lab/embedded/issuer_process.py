"""The stack's OpenID provider as a process of its own, started once and ended with the services."""

import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

from ieum_lab.embedded.child import Child
from ieum_lab.embedded.errors import StackError
from ieum_lab.embedded.ports import answers
from ieum_lab.embedded.stack import Stack

NAME = "issuer"
READY_SECONDS_MAX = 30.0
PAUSE_SECONDS = 0.05


def start_issuer(stack: Stack, centre_file: Path) -> Child:
    """Start the provider of a running stack, unless it runs; `wait_for_issuer` waits until it serves."""
    child = Child(NAME, stack.state)
    if child.process() is None:
        place = [str(stack.state.folder), str(centre_file.absolute()), stack.issuer.url]
        child.start([sys.executable, "-m", "ieum_lab.embedded.issuer", *place])
    return child


def wait_for_issuer(stack: Stack, child: Child) -> None:
    """Wait until the provider listens; raises StackError with the end of its log when it does not."""
    port, until = urlsplit(stack.issuer.url).port or 0, time.monotonic() + READY_SECONDS_MAX
    while not answers(port):
        if child.process() is None or time.monotonic() > until:
            raise StackError(
                f"The issuer of tokens does not serve. Its log {child.log} ends:\n{child.tail()}"
            )
        time.sleep(PAUSE_SECONDS)
