"""Kafka's jars, fetched once per user and checked against the SHA-256 in the repository."""

import fcntl
import hashlib
import os
import pwd
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import requests
from jgo.maven import MavenContext, PythonResolver

from ieum_lab.embedded.errors import StackError

KAFKA_VERSION = "4.3.0"
FETCH_THREADS = 8
SCRATCH = ".fetch-"
FETCH_ATTEMPTS_MAX = 4
FETCH_TIMEOUT_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Jar:
    """A jar that Kafka needs: its Maven coordinates and the digest that its bytes must have."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def filename(self) -> str:
        """Return the file's name, as Maven has it."""
        return f"{self.artifact}-{self.version}.jar"


def cache_folder() -> Path:
    """Return the user's cache folder for this project (`$XDG_CACHE_HOME/ieum`, else `~/.cache/ieum`)."""
    home = os.environ.get("HOME") or pwd.getpwuid(os.getuid()).pw_dir
    return Path(os.environ.get("XDG_CACHE_HOME") or Path(home) / ".cache") / "ieum"


def kafka_jars(cache: Path) -> list[Path]:
    """Return the jars of Kafka's class path, fetching from Maven Central what `cache` lacks or holds damaged.

    Raises StackError when a jar cannot be fetched or is not the one whose digest the repository holds.
    """
    return fetched_jars(listed_jars(), cache / f"kafka-{KAFKA_VERSION}")


def fetched_jars(jars: list[Jar], folder: Path) -> list[Path]:
    """Return the paths of jars in `folder`, fetching what is missing there or damaged; raises StackError."""
    paths = [folder / jar.filename for jar in jars]
    if not _missing(jars, folder):
        return paths
    with locked(folder.with_name(f"{folder.name}.lock")):
        missing = _missing(jars, folder)
        if missing:
            folder.mkdir(parents=True, exist_ok=True)
            for left in folder.glob(f"{SCRATCH}*"):
                shutil.rmtree(left)
            _fetch_all(missing, folder)
    return paths


def listed_jars() -> list[Jar]:
    """Read the list of Kafka's jars."""
    return read_jars(files("ieum_lab.embedded").joinpath("kafka-jars.txt").read_text())


def read_jars(text: str) -> list[Jar]:
    """Read a list of jars: a line each, the digest and `group:artifact:version`."""
    jars = []
    for line in text.splitlines():
        sha256, coordinates = line.split()
        group, artifact, version = coordinates.split(":")
        jars.append(Jar(group, artifact, version, sha256))
    return jars


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock file, waiting for its holder, so that two first starts fetch only once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _missing(jars: Iterable[Jar], folder: Path) -> list[Jar]:
    return [jar for jar in jars if not _is_whole(folder / jar.filename, jar)]


def _is_whole(path: Path, jar: Jar) -> bool:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == jar.sha256
    except FileNotFoundError:
        return False


def _fetch_all(jars: list[Jar], folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder, prefix=SCRATCH) as scratch:
        threads = ThreadPoolExecutor(FETCH_THREADS)
        try:
            for fetched in [threads.submit(_fetch, jar, Path(scratch), folder) for jar in jars]:
                fetched.result()
        finally:
            threads.shutdown(cancel_futures=True)


def _fetch(jar: Jar, scratch: Path, folder: Path) -> None:
    maven = MavenContext(
        resolver=PythonResolver(), repo_cache=scratch, local_repos=[], timeout=FETCH_TIMEOUT_SECONDS
    )
    component = maven.project(jar.group, jar.artifact).at_version(jar.version)
    path: Path | None
    reason = "its bytes have another SHA-256 than the one in the list of jars"
    for _ in range(FETCH_ATTEMPTS_MAX):
        try:
            path = component.artifact().resolve()
        except (requests.RequestException, RuntimeError, OSError) as error:
            reason = str(error)
            path = component.artifact().cached_path
        if path is not None and _is_whole(path, jar):
            path.replace(folder / jar.filename)
            return
        shutil.rmtree(scratch / component.path_prefix, ignore_errors=True)
    raise StackError(
        f"{jar.group}:{jar.artifact}:{jar.version} could not be fetched from Maven Central: {reason}. "
        "Check the connection to the internet (or the proxy) and start again; what was fetched is kept."
    )
