"""The operators' console of a running centre as a process of its own, where its distribution is installed."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from ieum.centre.centre_file import CONSOLE
from ieum_lab.embedded.ports import LOOPBACK
from ieum_lab.embedded.processes import Service, outside
from ieum_lab.embedded.signals import undisturbed
from ieum_lab.embedded.stack import Stack

DISTRIBUTION = "ieum_console"
LIVE_PATH = "/health/live"


@contextmanager
def console_beside(stack: Stack, centre_file: Path, urls: Mapping[str, str]) -> Iterator[Service | None]:
    """Start the console of a centre that is made, and stop it at the end; None where it is not installed.

    One that runs already, for the stack was left in the background, is neither started nor stopped.
    """
    console = console_service(stack, centre_file, urls) if find_spec(DISTRIBUTION) else None
    ours = console is not None and console.pid is None
    try:
        if console is not None and ours:
            console.start()
        yield console
    finally:
        if console is not None and ours:
            with undisturbed():
                console.stop()


def console_service(stack: Stack, centre_file: Path, urls: Mapping[str, str]) -> Service:
    """Describe the process; where one signs in follows from the stack that runs in its state folder."""
    port = stack.state.record().console_port
    settings = {
        "IEUM_STATE": str(stack.state.folder),
        "IEUM_CENTRE_FILE": str(centre_file.absolute()),
        "IEUM_CONSOLE_URL": f"http://{LOOPBACK}:{port}",
        "IEUM_HTTP_PORT": str(port),
        "IEUM_URLS": ",".join(f"{agency}={url}" for agency, url in urls.items()),
    }
    command = [sys.executable, "-m", "ieum.cli.main", "console", "run"]
    return Service(CONSOLE, stack.state, command, {**outside(), **settings}, port, ready_path=LIVE_PATH)
