"""Finds numbers that no text may hold: resident and foreigner registration, passport, driving licence.

PIPA 24 and 24-2 forbid to handle them without a statute, so they have no field, and no text may carry one.
The rule is data: `identifier_rule.py`, published as `identifiers.json`, shown at work by the vectors.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from operator import mul

from ieum_contracts import identifier_rule as rule
from ieum_contracts.leaves import DIGITS_MIN, count_digits, leaves, passed_over

PLACES_MAX = 50
MARKS_MAX = 30

_TABLE: dict[int, str] = {
    **{
        point: as_
        for ranges, as_ in ((rule.MARKS, "."), (rule.BLANKS, " "), (rule.DASHES, "-"), (rule.IGNORED, ""))
        for first, last in ranges
        for point in range(first, last + 1)
    },
    **{first + number: digit for first, digits in rule.DIGITS for number, digit in enumerate(digits)},
}
_UNUSUAL = re.compile(r"[^\x00-\x7f가-힣]")
_CROWD = re.compile(rf"[^\x00-\x7f가-힣]{{{MARKS_MAX + 1},}}")
_OPAQUE = re.compile("|".join(rule.OPAQUE))
_GROUP = re.compile(r"[0-9]+")
_LONG = re.compile(rf"[0-9](?:{rule.SEPARATOR}{{0,{rule.GAP_MAX}}}[0-9]){{12,}}")
"""Where thirteen digits stand with no more than gaps between them."""
_GAPS = tuple((written, re.compile(pattern)) for written, pattern in rule.GAPS)
_NOT = tuple((re.compile(written), re.compile(after)) for _, written, after in rule.NOT_REGISTRATIONS)
_UNCHECKED = re.compile(rule.UNCHECKED)
_PASSPORT = re.compile(rule.PASSPORT)
_PASSPORT_NOT = re.compile(rule.PASSPORT_NOT)
_LICENCE = re.compile(rule.LICENCE)
_PASSPORT_LETTER = re.compile(rf"[MSRODGmsrodg](?={rule.SEPARATOR}{{0,3}}[0-9])")
_LICENCE_END = re.compile(rf"[0-9]{{2}}{rule.SEPARATOR}{{1,3}}[0-9]{{6}}{rule.SEPARATOR}{{1,3}}[0-9]{{2}}")
"""How every passport begins and every licence ends: quickly looked for."""
_LENGTH = 13
_Span = tuple[int, int]


class Identifier(StrEnum):
    """Kinds of unique identifiers (고유식별정보)."""

    RESIDENT_REGISTRATION = "resident-registration"
    FOREIGNER_REGISTRATION = "foreigner-registration"
    PASSPORT = "passport"
    DRIVING_LICENCE = "driving-licence"


def contains_identifier(text: str) -> bool:
    """Tell whether a text holds a unique identifier, also a disguised one."""
    return _find(_plain(text)) is not None


def identifier_in(text: str) -> Identifier | None:
    """Name the kind of a unique identifier that a text holds, None when it holds none."""
    found = _find(_plain(text))
    return None if found is None else found[0]


def places(value: object) -> Iterator[str]:
    """Name each field of a model or of parsed JSON whose text holds a unique identifier: `sealed.note`.

    A number that is split over fields that follow each other names each of them.
    """
    joined: list[tuple[str, str]] = []
    for place, text, alone in leaves(value):
        plain = _plain(text)
        if _find(plain) is not None:
            yield place
        elif not alone and not passed_over(text):
            joined.append((place, plain))
    for _ in range(PLACES_MAX):
        found = _find(rule.JOINT.join(text for _, text in joined))
        if found is None:
            return
        at = 0
        for number, (place, text) in enumerate(joined):
            if at < found[1][1] and found[1][0] < at + len(text):
                yield place
                joined[number] = place, ""
            at += len(text) + len(rule.JOINT)


def _plain(text: str) -> str:
    if text.isascii():
        return text
    return _UNUSUAL.sub(_plain_character, unicodedata.normalize("NFKC", _CROWD.sub(_thinned, text)))


def _thinned(match: re.Match[str]) -> str:
    """Leave out the combining marks beyond what any script needs: to order n of them takes n² steps.

    The limit is that of Unicode's stream-safe text format (UAX 15); so many are no gap within a number.
    """
    kept, marks = [], 0
    for character in match[0]:
        marks = marks + 1 if _is_mark(character) else 0
        if marks <= MARKS_MAX:
            kept.append(character)
    return "".join(kept)


@lru_cache(4096)
def _is_mark(character: str) -> bool:
    return unicodedata.combining(unicodedata.normalize("NFKD", character)[0]) != 0


def _plain_character(match: re.Match[str]) -> str:
    return _TABLE.get(ord(match[0]), match[0])


def _find(text: str) -> tuple[Identifier, _Span] | None:
    return None if count_digits(text) < DIGITS_MIN else _search(_OPAQUE.sub(_hidden, text))


def _hidden(match: re.Match[str]) -> str:
    return rule.OPAQUE_AS * len(match[0])


def _search(text: str) -> tuple[Identifier, _Span] | None:
    for run in _LONG.finditer(text):
        found = _registration_in(text, [group.span() for group in _GROUP.finditer(text, *run.span())])
        if found is not None:
            return found
    for letter in _PASSPORT_LETTER.finditer(text):
        match = _PASSPORT.match(text, letter.start())
        if match is not None and (match[1] is None or _PASSPORT_NOT.fullmatch(match[1]) is None):
            return Identifier.PASSPORT, match.span()
    match = _LICENCE.search(text) if _LICENCE_END.search(text) else None
    return None if match is None else (Identifier.DRIVING_LICENCE, match.span())


def _registration_in(text: str, groups: list[_Span]) -> tuple[Identifier, _Span] | None:
    """Look at whatever groups that follow each other make thirteen digits together."""
    first, length = 0, 0
    for last, (start, end) in enumerate(groups):
        length += end - start
        while length > _LENGTH:
            length -= groups[first][1] - groups[first][0]
            first += 1
        if length == _LENGTH:
            kind = _registration(text, groups[first : last + 1])
            if kind is not None:
                return kind, (groups[first][0], end)
    return None


def _registration(text: str, groups: list[_Span]) -> Identifier | None:
    digits = "".join(text[start:end] for start, end in groups)
    born = _born(digits)
    if born is None or born > rule.BORN_MAX:
        return None
    foreigner = digits[6] in rule.FOREIGNERS
    rest = sum(map(mul, map(int, digits[:12]), rule.WEIGHTS)) % 11
    checked = int(digits[12]) in {(11 - rest) % 10, (13 - rest) % 10 if foreigner else (11 - rest) % 10}
    if not checked and not (foreigner or born >= rule.UNCHECKED_SINCE):
        return None
    written = _written(text, groups)
    if not checked and _UNCHECKED.fullmatch(written) is None:
        return None
    end = groups[-1][1]
    if any(form.fullmatch(written) and after.match(text, end) for form, after in _NOT):
        return None
    return Identifier.FOREIGNER_REGISTRATION if foreigner else Identifier.RESIDENT_REGISTRATION


def _born(digits: str) -> date | None:
    century = rule.CENTURIES.get(digits[6])
    try:
        return (
            None if century is None else date(century + int(digits[:2]), int(digits[2:4]), int(digits[4:6]))
        )
    except ValueError:
        return None


def _written(text: str, groups: list[_Span]) -> str:
    """Write a candidate down: its groups, and what kind of gap stands between them."""
    parts = [text[slice(*groups[0])]]
    for (_, end), (start, stop) in pairwise(groups):
        gap = text[end:start]
        parts += (next(written for written, pattern in _GAPS if pattern.fullmatch(gap)), text[start:stop])
    return "".join(parts)
