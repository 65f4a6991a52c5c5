"""Finds the municipality that is meant: by its official code, or by a name as people type it."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping

from ieum.casework.municipality_codes import NAMES, PROVINCES, city_of, current
from ieum.casework.romanised import romanised

Place = frozenset[str]
"""The municipalities that may be meant, by the first five digits of their codes."""

_CODE = re.compile(r"[02-9]\d{4}|\d{10}")
"""Five digits that begin with 1 are ambiguous: codes of Seoul or postcodes of Gyeonggi."""
_HANGUL = re.compile(r"[가-힣]")
_BESIDE = re.compile(r"\([^)]*\)|[,.]")
_PART = re.compile(r"[가-힣\d·-]+(?:읍|면|동|리|로|길|가|구)\d*(?:번?길)?|\d[\d-]*(?:번지|번길|동|호|층)?")
"""What may follow the municipality: a part of an address. Anything else may change what is meant."""
_WORD = re.compile(r"[a-z]+(?:-[a-z]+)*|\d[\d-]*")
_ENDING = re.compile(r"(.+?)-?(si|gun|gu|do)")
_CITY = re.compile(r"-(?:city|county|district|province)\b")
_STREET = re.compile(r".+-(?:dong|eup|myeon|ri|ro|gil|daero)|\d[\d-]*")
_AROUND = frozenset(
    ("si", "gun", "gu", "do", "city", "county", "district", "province", "republic", "of", "south", "korea")
)
_LETTERS_MIN = 2
_ATTACHED_MIN = 3
"""A name as short as 동구 begins many other words."""


def place_of(name: str | None, code: str | None = None) -> Place | None:
    """Return the municipality that a code means, else a typed name; None when neither is understood.

    A code takes precedence over a name; a code and a name that contradict each other are not understood.
    """
    named = None if name is None else _named(name)
    if code is None:
        return named
    coded = _coded(code)
    return coded if coded is None or named is None else (coded & named or None)


def _coded(code: str) -> Place | None:
    place = current(code)
    if place in NAMES:
        return frozenset({city_of(place)})
    return _PROVINCE_CODES.get(place)


def _named(name: str) -> Place | None:
    composed = unicodedata.normalize("NFKC", name)
    text = " ".join("".join(each for each in composed if unicodedata.category(each) != "Cf").split())
    if _CODE.fullmatch(text):
        return _coded(text)
    text = _BESIDE.sub(" ", text)
    readings = _korean(text) if _HANGUL.search(text) else _latin(text.lower().replace("_", "-"))
    return frozenset().union(*readings) or None


def _korean(text: str) -> Iterator[Place]:
    text = text.strip().removeprefix("대한민국").strip()
    yield from _municipality(text, _EVERYWHERE)
    for end in range(len(text), 0, -1):
        province = _PROVINCE_NAMES.get(text[:end].strip())
        if province is not None:
            rest = text[end:].strip()
            yield from _municipality(rest, province) if rest else (province,)


def _municipality(text: str, within: Place) -> Iterator[Place]:
    words = text.split()
    if len(words) > 1 and words[1] in {"시", "군", "구"}:
        words[:2] = ["".join(words[:2])]
    if not words:
        return
    first = words[0]
    end = len(first) if first in _KOREAN else _full_name(first)
    found = _KOREAN.get(first[:end], frozenset()) & within
    rest = [first[end:], *words[1:]] if first[end:] else words[1:]
    if found and all(_PART.fullmatch(word) for word in rest):
        yield found


def _full_name(word: str) -> int:
    """Return where a name with its ending stops, as 양주시 in 양주시옥정동; 0 without such a name."""
    ends = (end for end in range(len(word), _ATTACHED_MIN - 1, -1) if word[:end] in _KOREAN)
    return next((end for end in ends if word[end - 1] in "시군구"), 0)


def _latin(text: str) -> Iterator[Place]:
    if _WORD.sub("", text).strip():
        return
    words = [word for word in _WORD.findall(_CITY.sub("", text)) if word not in _AROUND]
    named = [_in_latin(word) for word in words if not _STREET.fullmatch(word)]
    if named:
        yield _EVERYWHERE.intersection(*named)


def _in_latin(word: str) -> Place:
    plain = word.replace("-", "")
    ending = _ENDING.fullmatch(word)
    found = _LATIN.get(plain, frozenset())
    return (
        found
        if ending is None
        else found | _LATIN.get(f"{ending[1].replace('-', '')}-{ending[2]}", frozenset())
    )


_EVERYWHERE: Place = frozenset(city_of(code) for code in NAMES)
_IN_PROVINCE: Mapping[str, Place] = {
    province: frozenset(code for code in _EVERYWHERE if code[:2] == province) for province in PROVINCES
}
_PROVINCE_CODES = {f"{province}000": place for province, place in _IN_PROVINCE.items()}
_PROVINCE_NAMES = {name: _IN_PROVINCE[code] for code, names in PROVINCES.items() for name in names}
_ENDINGS = {"시": "si", "군": "gun", "구": "gu", "도": "do"}


def _korean_names() -> Mapping[str, Place]:
    """Name each place in full and, where that leaves two syllables, without its ending: 양주시, 양주."""
    names: dict[str, set[str]] = defaultdict(set)
    for code, name in NAMES.items():
        for each in {name, name[:-1] if len(name) > _LETTERS_MIN else name}:
            names[each].add(city_of(code))
    return {name: frozenset(codes) for name, codes in names.items()}


def _latin_names() -> Mapping[str, Place]:
    """Name each place as yangju and yangju-si, provinces as gyeonggi and gyeonggi-do."""
    names: dict[str, set[str]] = defaultdict(set)
    named = [(name, {city_of(code)}) for code, name in NAMES.items()]
    named += [(name, set(place)) for name, place in _PROVINCE_NAMES.items()]
    for name, place in named:
        ending = _ENDINGS.get(name[-1])
        plain = romanised(name if ending is None else name[:-1]).lower()
        for each in (plain, f"{plain}-{ending}") if ending is not None else (plain,):
            names[each] |= place
    return {name: frozenset(codes) for name, codes in names.items()}


_KOREAN = _korean_names()
_LATIN = _latin_names()
