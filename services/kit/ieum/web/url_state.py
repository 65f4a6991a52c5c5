"""What a page shows is said by its address: links that change a part of it, and paths to go back to."""

import re
from collections.abc import Mapping
from enum import Enum
from typing import TypeVar
from urllib.parse import urlencode

Choice = TypeVar("Choice", bound=Enum)

OWN_PATH = re.compile(r"/(?![/\\])[\x21-\x7e]*")
PATH_CHARACTERS_MAX = 2_000


def address(path: str, query: Mapping[str, str], **changes: object) -> str:
    """Write the address of a page with some of its query changed; None and empty values are left out."""
    merged = {**query, **{name: None if value is None else str(value) for name, value in changes.items()}}
    kept = {name: value for name, value in merged.items() if value}
    return f"{path}?{urlencode(kept)}" if kept else path


def own_path(wanted: str | None) -> str:
    """Return a path of this site to go on to; `/` in place of anything that could lead elsewhere."""
    if wanted is None or len(wanted) > PATH_CHARACTERS_MAX or "\\" in wanted:
        return "/"
    return wanted if OWN_PATH.fullmatch(wanted) else "/"


def chosen(kind: type[Choice], text: str | None) -> Choice | None:
    """Return the member of an enumeration that an address names; None for anything else."""
    try:
        return kind(text)
    except ValueError:
        return None
