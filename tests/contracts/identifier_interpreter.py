"""A second scanner, written from contracts/README.md and identifiers.json alone: the rule is its data."""

import json
import re
import unicodedata
from datetime import date
from functools import cache
from itertools import pairwise
from typing import Any

from tests.contracts.golden import CONTRACTS, read

RULE = read(CONTRACTS / "identifiers.json")
SEPARATORS = re.compile(RULE["registration"]["separator"] + "+")


def ends(ranges: list[str]) -> list[tuple[int, int]]:
    """Read ranges of code points."""
    return [(int(first, 16), int(last, 16)) for first, last in (each.split("-") for each in ranges)]


PLAIN = [
    ("", ends(RULE["plain"]["ignored"])),
    ("-", ends(RULE["plain"]["dashes"])),
    (" ", ends(RULE["plain"]["blanks"])),
    (".", ends(RULE["plain"]["marks"])),
]


def plain(text: str) -> str:
    """Step 1: the form of compatibility, then one character at a time."""
    return "".join(map(_plain_character, unicodedata.normalize(RULE["plain"]["form"], text)))


@cache
def _plain_character(character: str) -> str:
    point = ord(character)
    for first, digits in RULE["plain"]["digits"].items():
        if 0 <= point - int(first, 16) < len(digits):
            return str(digits[point - int(first, 16)])
    if point < 0x80 or "가" <= character <= "힣":
        return character
    return next((as_ for as_, ranges in PLAIN if any(a <= point <= b for a, b in ranges)), character)


def kind_in(text: str) -> str | None:
    """Take steps 1 to 5 on one text: the kind of identifier, or None."""
    text = plain(text)
    for pattern in RULE["opaque"]["patterns"]:
        text = re.sub(pattern, RULE["opaque"]["as"], text)
    return _registration(text) or _passport(text) or _licence(text)


def _registration(text: str) -> str | None:
    groups = list(re.finditer("[0-9]+", text))
    for first in range(len(groups)):
        length = 0
        for last in range(first, len(groups)):
            if last > first:
                gap = text[groups[last - 1].end() : groups[last].start()]
                if SEPARATORS.fullmatch(gap) is None or len(gap) > RULE["registration"]["gap_max"]:
                    break
            length += len(groups[last][0])
            if length == 13:
                kind = _candidate(text, groups[first : last + 1])
                if kind is not None:
                    return kind
    return None


def _candidate(text: str, groups: list[re.Match[str]]) -> str | None:
    rule = RULE["registration"]
    digits = "".join(group[0] for group in groups)
    century = rule["century_by_seventh_digit"].get(digits[6])
    if century is None:
        return None
    try:
        born = date(century + int(digits[:2]), int(digits[2:4]), int(digits[4:6]))
    except ValueError:
        return None
    if born.isoformat() > rule["born_max"]:
        return None
    foreigner = digits[6] in rule["foreigner_by_seventh_digit"]
    written = groups[0][0]
    for before, after in pairwise(groups):
        gap = text[before.end() : after.start()]
        written += next(each["as"] for each in rule["gaps"] if re.fullmatch(each["pattern"], gap)) + after[0]
    total = sum(int(digit) * weight for digit, weight in zip(digits, rule["weights"], strict=False)) % 11
    right = {(11 - total) % 10} | ({(13 - total) % 10} if foreigner else set())
    if int(digits[12]) not in right:
        late = foreigner or born.isoformat() >= rule["unchecked"]["residents_born_from"]
        if not late or re.fullmatch(rule["unchecked"]["written"], written) is None:
            return None
    for other in rule["not"]:
        if re.fullmatch(other["written"], written) and re.match(
            other["followed_by"], text[groups[-1].end() :]
        ):
            return None
    return "foreigner-registration" if foreigner else "resident-registration"


def _passport(text: str) -> str | None:
    for match in re.finditer(RULE["passport"]["pattern"], text):
        if match[1] is None or re.fullmatch(RULE["passport"]["not"], match[1]) is None:
            return "passport"
    return None


def _licence(text: str) -> str | None:
    return "driving-licence" if re.search(RULE["driving_licence"]["pattern"], text) else None


def body_holds(written: str) -> bool:
    """Walk a body: strings joined in the order of the document, names and numbers each by itself."""
    strings: list[str] = []
    alone: list[str] = []

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            for name, inner in value.items():
                alone.append(name)
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)
        elif isinstance(value, str):
            if not any(re.fullmatch(each, value) for each in RULE["body"]["passed_over"]):
                strings.append(value)
        elif isinstance(value, int) and not isinstance(value, bool):
            alone.append(str(value))

    walk(json.loads(written))
    joined = chr(int(RULE["body"]["joint"], 16)).join(strings)
    return any(kind_in(text) is not None for text in (joined, *alone))
