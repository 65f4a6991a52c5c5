"""Rules on everything else that is text: what may not be written anywhere, and documents that cannot rot."""

import ast
import json
import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePath

_MARKS = re.compile(r"\b(?:" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]) + r")\b")
_REGISTRIES = re.compile(
    r"\b(?:pypi|pythonhosted|npmjs|maven|sonatype|crates|golang|debian|docker|quay|ghcr)\.(?:org|io|com|net|dev)\b"
)
_MACHINE_PATHS = re.compile(r"(?<![\w.$}/-])/(?:work|root|home|Users)/[\w.-]+")
_HOSTS = re.compile(r"\bhttps?://([^\s/:\"'`<>()\[\]{}|\\]+)")
_HOSTS_NAMED = re.compile(
    r"127\.0\.0\.1|[\w-]*|(?:.*\.)?(?:example|invalid|test|localhost)|(?:.*\.)?example\.(?:com|org)"
    r"|json-schema\.org|www\.asyncapi\.com|www\.w3\.org|.*\.go\.kr"
)
_FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
Works = Callable[[Sequence[str]], bool]
"""Says whether `ieum` knows these arguments."""
_COMMANDS = re.compile(r"^(?:git clone|cd|docker compose|curl) ")


def words(path: PurePath, text: str) -> Iterator[str]:
    """Say where unfinished work, a package registry, a foreign host or a machine's path is named."""
    for number, line in enumerate(text.splitlines(), 1):
        for what, pattern in (
            ("marks unfinished work", _MARKS),
            ("names a package registry", _REGISTRIES),
            ("names a path of one machine", _MACHINE_PATHS),
        ):
            if found := pattern.search(line):
                yield f"{path}:{number} {what}: {found[0]}"
        for host in _HOSTS.findall(line):
            if not _HOSTS_NAMED.fullmatch(host.split("@")[-1]):
                yield f"{path}:{number} names the host {host}; loopback and reserved names are enough."


def unpinned(path: PurePath, text: str) -> Iterator[str]:
    """Say what a lock file leaves open: a package without version or hash, an address of a registry."""
    for entry in re.split(r"\n(?=[A-Za-z0-9])", re.sub(r"^ +#.*\n", "", text, flags=re.MULTILINE).strip()):
        if "==" not in entry or "--hash=sha256:" not in entry:
            yield f"{path} does not pin {entry.splitlines()[0]} by version and hash."
        if "://" in entry or "--index" in entry:
            yield f"{path} names where {entry.splitlines()[0]} comes from."


def dead_links(path: Path, text: str, root: Path) -> Iterator[str]:
    """Say which link of a document leads nowhere in the repository."""
    for link in _LINK.findall(text):
        if "://" not in link and not link.startswith("#"):
            target = (root / path.parent / link.split("#")[0]).resolve()
            if not target.exists():
                yield f"{path} links to {link}, which does not exist."


def untested_snippets(path: PurePath, text: str, makefile: str, works: Works) -> Iterator[str]:
    """Say which fenced block of a document does not work: an unknown command, code that fails."""
    for language, body in _FENCE.findall(text):
        match language:
            case "sh":
                for line in body.splitlines():
                    if fault := _command_fault(line, makefile, works):
                        yield f"{path}: `{line}` {fault}"
            case "python":
                try:
                    exec(compile(ast.parse(body), str(path), "exec"), {})  # noqa: S102 (our own documents)
                except Exception as error:  # noqa: BLE001 (whatever a snippet raises is a finding)
                    yield f"{path} has Python that does not run: {type(error).__name__}: {error}"
            case "json":
                try:
                    json.loads(body)
                except ValueError as error:
                    yield f"{path} has JSON that does not parse: {error}"
            case "mermaid" | "text":
                pass
            case _:
                yield f"{path} has a block of '{language}'; say sh, python, json, mermaid or text."


def _command_fault(line: str, makefile: str, works: Works) -> str:
    command = line.split(" #", maxsplit=1)[0].strip()
    if kept := re.fullmatch(r"[A-Z]+=\$\((.*)\)", command):
        command = kept[1]
    if not command or command.startswith("#") or _COMMANDS.match(command):
        return ""
    if command.startswith("make "):
        target = command.split()[1]
        return (
            ""
            if re.search(rf"^{re.escape(target)}:", makefile, re.MULTILINE)
            else "is no target of the Makefile."
        )
    if found := re.match(r"(?:\.venv/bin/)?ieum ", command):
        return "" if works(shlex.split(command[found.end() :])) else "is refused by the ieum command."
    return "is no command that a test knows."
