"""Finds numbers that no text may hold: resident and foreigner registration, passport, driving licence.

PIPA 24 and 24-2 forbid to handle them without a statute, so they have no field, and no text may carry one.
What decides is shown in `vectors/identifiers.json`, hits and non-hits, for whoever builds the same elsewhere.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from operator import mul

from pydantic import BaseModel

UNCHECKED_SINCE = date(2020, 10, 5)
"""Numbers issued from this day on end in six random digits: without a check digit, the written form decides.

Two groups, six digits and seven, are then taken for one; thirteen digits in a row are not."""

_SEPARATORS = r"[ \t\r\n\f\v./\\_~|*+=·-]{0,4}"
_REGISTRATION = re.compile(
    r"[0-9](?<![0-9].)(?=("
    + _SEPARATORS.join(("", "[0-9]", "[01]", "[0-9]", "[0-3]", "[0-9]", "[1-8]", *["[0-9]"] * 6))
    + r")(?![0-9]))"
)
"""Thirteen digits from one word boundary to another, with a few separators anywhere in between."""
_GROUP = re.compile(r"[0-9]+")
_OPAQUE = re.compile(r"(?i)\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b[0-9a-f]{32,}\b")
_UNUSUAL = re.compile(r"[^\x00-\x7f가-힣]")
_WORD_SEPARATORS = frozenset({"Pd", "Pc", "Po", "Zs", "Zl", "Zp", "Sm"})
_INVISIBLE = frozenset({"Cf", "Mn", "Me"})

_PASSPORT = re.compile(
    r"[MSRODGmsrodg](?<![A-Za-z0-9].)[ .-]?"
    r"(?:([0-9]{4}[ .-]?[0-9]{4})|[0-9]{3}[A-Za-z][0-9]{4})(?![A-Za-z0-9@])"
)
_DATE_LIKE = re.compile(r"(?:19|20)[0-9]{2}[ .-]?(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])")
_LICENCE = re.compile(r"[0-9]{2}[ .-]{1,3}[0-9]{6}[ .-]{1,3}[0-9]{2}(?![0-9]|-[0-9])")
_LICENCE_REGION = re.compile(
    r"(?:(?<![0-9])(?<![0-9]-)(?:1[1-9]|2[0-8])[ .-]{1,3}|"
    r"(?:서울|부산|대구|인천|광주|대전|울산|세종|경기|강원|충북|충남|전북|전남|경북|경남|제주|남부|북부)"
    r"[ .-]{0,3})$"
)
_LICENCE_REGION_CHARACTERS_MAX = 8
_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
_CENTURIES = {"1": 1900, "2": 1900, "3": 2000, "4": 2000, "5": 1900, "6": 1900, "7": 2000, "8": 2000}
"""The seventh digit: 1 to 4 residents, 5 to 8 foreigners; 9 and 0 were born before 1900."""


class Identifier(StrEnum):
    """Kinds of unique identifiers (고유식별정보)."""

    RESIDENT_REGISTRATION = "resident-registration"
    FOREIGNER_REGISTRATION = "foreigner-registration"
    PASSPORT = "passport"
    DRIVING_LICENCE = "driving-licence"


def contains_identifier(text: str) -> bool:
    """Tell whether a text holds a unique identifier, also a disguised one; JSON may be given as it is."""
    return identifier_in(text) is not None


def identifier_in(text: str) -> Identifier | None:
    """Name the kind of the first unique identifier that a text holds, None when it holds none."""
    text = _plain(text)
    return _registration_in(text) or _passport_in(text) or _licence_in(text)


def places(value: object, place: str = "") -> Iterator[str]:
    """Name each field of a model or of parsed JSON whose text holds a unique identifier: `sealed.note`."""
    if isinstance(value, BaseModel):
        value = dict(value)
    if isinstance(value, str):
        if contains_identifier(value):
            yield place
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from places(inner, f"{place}.{name}".lstrip("."))
    elif isinstance(value, Sequence):
        for number, inner in enumerate(value):
            yield from places(inner, f"{place}.{number}".lstrip("."))


def _plain(text: str) -> str:
    if text.isascii():
        return text
    return _UNUSUAL.sub(_plain_character, unicodedata.normalize("NFKC", text))


def _plain_character(match: re.Match[str]) -> str:
    digit = unicodedata.digit(match[0], None)
    if digit is not None:
        return str(digit)
    category = unicodedata.category(match[0])
    if category in _INVISIBLE:
        return ""
    return "-" if category in _WORD_SEPARATORS else match[0]


def _registration_in(text: str) -> Identifier | None:
    if _REGISTRATION.search(text) is None:
        return None
    found = (_registration(match[0] + match[1]) for match in _REGISTRATION.finditer(_OPAQUE.sub("#", text)))
    return next((kind for kind in found if kind is not None), None)


def _registration(written: str) -> Identifier | None:
    groups = _GROUP.findall(written)
    digits = "".join(groups)
    foreigner = digits[6] >= "5"
    rest = sum(map(mul, map(int, digits[:12]), _WEIGHTS)) % 11
    checked = int(digits[12]) in {(11 - rest) % 10, (13 - rest) % 10 if foreigner else (11 - rest) % 10}
    if not checked and len(groups) != 2:  # noqa: PLR2004 - YYMMDD and SNNNNNN
        return None
    try:
        born = date(_CENTURIES[digits[6]] + int(digits[:2]), int(digits[2:4]), int(digits[4:6]))
    except ValueError:
        return None
    unchecked = len(groups[0]) == len("YYMMDD") and (foreigner or born >= UNCHECKED_SINCE)
    if not checked and not unchecked:
        return None
    return Identifier.FOREIGNER_REGISTRATION if foreigner else Identifier.RESIDENT_REGISTRATION


def _passport_in(text: str) -> Identifier | None:
    for match in _PASSPORT.finditer(text):
        if match[1] is None or _DATE_LIKE.fullmatch(match[1]) is None:
            return Identifier.PASSPORT
    return None


def _licence_in(text: str) -> Identifier | None:
    for match in _LICENCE.finditer(text):
        before = text[max(0, match.start() - _LICENCE_REGION_CHARACTERS_MAX) : match.start()]
        if _LICENCE_REGION.search(before):
            return Identifier.DRIVING_LICENCE
    return None
