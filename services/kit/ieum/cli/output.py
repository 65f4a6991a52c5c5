"""Data on stdout for people or, with --json, for programs; progress on stderr."""

import json
import sys
from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Write JSON on stdout, and nothing else there.")]


def write_json(content: object) -> None:
    """Write one JSON document."""
    write_line(json.dumps(content, ensure_ascii=False, indent=2, default=str))


def write_line(line: str) -> None:
    """Write one line of data."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def tell(sentence: str) -> None:
    """Write a line of progress on stderr."""
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()
