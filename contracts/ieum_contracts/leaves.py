"""The texts of a body, in the order in which they are written: what the scanner for identifiers looks at."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from pydantic import BaseModel

from ieum_contracts import identifier_rule as rule

_PASSED_OVER = re.compile("|".join(rule.PASSED_OVER))
_PASSED_OVER_JOINED = re.compile(rf"{rule.JOINT}(?:{'|'.join(rule.PASSED_OVER)})(?={rule.JOINT})")
_WORDS_JOINED = re.compile(rf"{rule.JOINT}(?:(?![a-f]{{32}})[a-z/][a-z_./-]+(?<=[a-z][a-z]){rule.JOINT})+")
"""Codes, addresses: most of a body, and no part of an identifier; a digest of letters is none of them."""
_SHORTEST_PASSED_OVER = len("2026-07-01")
DIGITS_MIN = 7
"""No identifier has fewer digits: a passport of the newer kind has seven."""
_NO_DIGITS = bytes(set(range(256)) - set(b"0123456789"))
_NUMBER_MIN = 12
"""A number as it was written has no identifier in fewer characters."""
_APART = f"{rule.JOINT}{rule.OPAQUE_AS}{rule.JOINT}"
"""Stands between texts that are not joined: no identifier holds it."""
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_ESCAPED = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


_decode = json.JSONDecoder(
    object_pairs_hook=tuple, parse_int=str.encode, parse_float=str.encode, strict=False
).decode
"""Objects become tuples of members, so that none is lost; numbers the bytes that were written."""


def leaves(value: object, place: str = "") -> Iterator[tuple[str, str, bool]]:
    """Walk a model or parsed JSON: the place of each text, the text, and whether it stands alone."""
    if isinstance(value, BaseModel):
        value = dict(value)
    if isinstance(value, str):
        yield place, value, False
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield place, str(name), True
            yield from leaves(inner, f"{place}.{name}".lstrip("."))
    elif isinstance(value, Sequence):
        for number, inner in enumerate(value):
            yield from leaves(inner, f"{place}.{number}".lstrip("."))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield place, str(value), True


def passed_over(text: str) -> bool:
    """Tell whether a string is wholly a UUID, a digest, a day or a time: not joined to its neighbours."""
    return len(text) >= _SHORTEST_PASSED_OVER and text.isascii() and _PASSED_OVER.fullmatch(text) is not None


def count_digits(text: str) -> int:
    """Count the ASCII digits of a text, many times as fast as a pattern finds the first one."""
    return len(text.encode("utf-8", "surrogatepass").translate(None, _NO_DIGITS))


def body_text(written: bytes) -> str:
    """Give all texts of a body as one: strings joined in the order of the document, the others apart.

    What is no JSON is one text, its escapes undone. Of two members with one name both count.
    """
    text = written.decode(errors="replace")
    joined: list[str] = []
    alone: list[str] = []
    names: list[str] = []
    try:
        _walk(_decode(text), joined, alone, names)
    except (ValueError, RecursionError):
        plain = _ESCAPE.sub(_unescaped, text)
        return text + _APART + plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    together = "".join(names)
    if not together.isascii() or count_digits(together) >= DIGITS_MIN:
        alone += names
    strings = _WORDS_JOINED.sub(_APART, rule.JOINT.join(("", *joined, "")))
    return _PASSED_OVER_JOINED.sub("", strings) + _APART + _APART.join(alone)


def _walk(value: object, joined: list[str], alone: list[str], names: list[str]) -> None:
    if isinstance(value, str):
        joined.append(value)
    elif isinstance(value, tuple):
        for name, each in value:
            names.append(name)
            _walk(each, joined, alone, names)
    elif isinstance(value, list):
        for each in value:
            _walk(each, joined, alone, names)
    elif isinstance(value, bytes) and len(value) >= _NUMBER_MIN:
        alone.append(value.decode())


def _unescaped(escape: re.Match[str]) -> str:
    return chr(int(escape[1], 16)) if escape[1] else _ESCAPED.get(escape[2], escape[2])
