"""The forms of single values, one pattern for the published schema and the model, and how each is read."""

import re
import unicodedata
from datetime import UTC, date, datetime
from uuid import UUID

from pydantic_core import PydanticKnownError

_DAY = r"-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
DAY_PATTERN = r"^(?:19|20)[0-9]{2}" + _DAY + "$"
TIME_PATTERN = (
    r"^20[0-9]{2}"
    + _DAY
    + r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,9})?"
    + r"(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])$"
)
ID_PATTERN = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"

_UNSEEN = (
    r" \u0080-\u00a0\u00ad\u0300-\u036f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f"
    r"\u2028-\u202f\u205f-\u206f\u20d0-\u20ff\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
)
"""Blanks, fillers, characters without a width: a text of these alone says nothing."""
_LINE = r"[^\x00-\x1f\x7f]*"
_NOTE = r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*"
LINE_PATTERN = f"^{_LINE}[^\\x00-\\x1f\\x7f{_UNSEEN}]{_LINE}$"
NOTE_PATTERN = f"^{_NOTE}[^\\x00-\\x1f\\x7f{_UNSEEN}]{_NOTE}$"
_OUTER = (
    "\t\n\r \x85\xa0\u115f\u1160\u1680\u2028\u2029\u202f\u205f\u2060\u2800\u3000\u3164\ufeff\uffa0"
    + "".join(map(chr, range(0x2000, 0x200C)))
)

_DIGIT = r"[0-9\uff10-\uff19]"
_PARTING = r"[-.)( \u00a0\u2009\u2010-\u2015\u2212\u3000\u30fb\ufe63\uff08\uff09\uff0d\uff0e]"
_EXTENSION = (
    r"(?:내선|구내|교환|교|[Ee][Xx][Tt]\.?|x|#|\uff03) ?(?:번호)? ?[:.]? ?"
    + _DIGIT
    + r"{1,6} ?번?|\(교\)|\uff08교\uff09"
)
PHONE_PATTERN = (
    rf"^[+\uff0b]?[(\uff08]?{_DIGIT}(?:{_PARTING}{{0,3}}{_DIGIT}){{2,14}}"
    rf"(?: ?[~\uff5e\u301c] ?{_DIGIT}{{1,4}})?(?:[ ,(\uff08]{{0,2}}(?:{_EXTENSION})[)\uff09]?)?$"
)
_PHONE_MARKS = str.maketrans(
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-") | {"\u301c": "~"}
)
_ID = re.compile(ID_PATTERN)
_DAY_TEXT = re.compile(DAY_PATTERN)
_TIME_TEXT = re.compile(TIME_PATTERN)
_FIRST = datetime(2000, 1, 1, tzinfo=UTC)
_LAST = datetime(2100, 1, 1, tzinfo=UTC)


def read_id(value: object) -> object:
    """Let an id pass in its canonical form alone, so that nobody sees two texts for one id."""
    if isinstance(value, UUID) or (isinstance(value, str) and _ID.fullmatch(value)):
        return value
    raise ValueError("An id is a UUID of lower-case hexadecimal digits with four hyphens.")


def read_time(value: object) -> object:
    """Let a time pass in the one form of the wire."""
    if isinstance(value, datetime) or (isinstance(value, str) and _TIME_TEXT.fullmatch(value)):
        return value
    raise ValueError("A time is written as RFC 3339, for example 2026-07-01T00:00:00Z, of 2000 or later.")


def read_day(value: object) -> object:
    """Let a day pass in the one form of the wire."""
    if isinstance(value, str) and _DAY_TEXT.fullmatch(value):
        return value
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise ValueError("A date is written as RFC 3339, for example 2026-07-01, of 1900 or later.")


def read_whole(value: object) -> object:
    """Read `900000.0` as JSON Schema does: as the whole number that it is."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def in_utc(value: datetime) -> datetime:
    """Give a time in UTC; what is out of bounds there could not be said on."""
    if not _FIRST <= value < _LAST:
        raise ValueError("A time lies between the years 2000 and 2099, in UTC too.")
    return value.astimezone(UTC)


def tidy(text: str, characters_max: int) -> str:
    """Give a text in NFC, where a few characters are longer, without what cannot be seen around it."""
    text = text.strip(_OUTER)
    if text.isascii():
        return text
    composed = unicodedata.normalize("NFC", text)
    if len(composed) > characters_max:
        raise PydanticKnownError("string_too_long", {"max_length": characters_max})
    return composed


def tidy_phone(text: str) -> str:
    """Give a telephone number with ASCII digits and marks, otherwise as it was written."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text).translate(_PHONE_MARKS)
