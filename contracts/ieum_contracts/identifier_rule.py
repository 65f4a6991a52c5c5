r"""The rule by which unique identifiers are found, as data: published as `identifiers.json`.

Patterns keep to what ECMAScript, Java, .NET and Python understand alike: classes of ASCII characters, bounded
repetition, lookahead, and lookbehind of one or two characters.
"""

from collections.abc import Mapping
from datetime import date

Ranges = tuple[tuple[int, int], ...]

_ZEROS = (
    *(0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xDE6, 0xE50),
    *(0xED0, 0xF20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40),
    *(0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0x104A0, 0x10D30, 0x11066, 0x110F0),
    *(0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x11730, 0x118E0, 0x11950, 0x11C50),
    *(0x11D50, 0x11DA0, 0x11F50, 0x16A60, 0x16AC0, 0x16B50, 0x1CCF0, 0x1E140, 0x1E2F0, 0x1E4F0, 0x1E950),
)
DIGITS: tuple[tuple[int, str], ...] = (
    *((zero, "0123456789") for zero in _ZEROS),
    (0x1369, "123456789"),
    (0x24F5, "123456789"),
    (0x24FF, "0"),
    (0x2776, "123456789"),
    (0x2780, "123456789"),
    (0x278A, "123456789"),
    (0x3007, "0"),
    (0x1F10B, "00"),
)
"""Digits that NFKC leaves as they are: from this code point on, these digits in turn."""
IGNORED: Ranges = (
    *((0xAD, 0xAD), (0x300, 0x36F), (0x483, 0x489), (0x61C, 0x61C), (0x180B, 0x180F), (0x1AB0, 0x1AFF)),
    *((0x1DC0, 0x1DFF), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x20D0, 0x20FF)),
    *((0x302A, 0x302F), (0x3099, 0x309A), (0xFE00, 0xFE0F), (0xFE20, 0xFE2F), (0xFEFF, 0xFEFF)),
    *((0xFFF0, 0xFFFB), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF)),
)
"""Characters without a width of their own: left out."""
DASHES: Ranges = (
    *((0x2D, 0x2D), (0x2D7, 0x2D7), (0x58A, 0x58A), (0x5BE, 0x5BE), (0x1173, 0x1173), (0x1400, 0x1400)),
    *((0x1806, 0x1806), (0x2010, 0x2015), (0x2043, 0x2043), (0x2212, 0x2212), (0x23AF, 0x23AF)),
    *((0x2500, 0x2501), (0x2504, 0x2505), (0x2508, 0x2509), (0x254C, 0x254D), (0x2574, 0x2574)),
    *((0x2796, 0x2796), (0x2E17, 0x2E17), (0x2E1A, 0x2E1A), (0x2E3A, 0x2E3B), (0x2E40, 0x2E40)),
    *((0x2E5D, 0x2E5D), (0x3030, 0x3030), (0x30A0, 0x30A0), (0x30FC, 0x30FC), (0x31D0, 0x31D0)),
    *((0x4E00, 0x4E00), (0x10EAD, 0x10EAD)),
)
"""What looks like a dash, the Hangul vowel and the Chinese numeral among it: written as `-`."""
BLANKS: Ranges = (
    *((0x20, 0x20), (0x80, 0xA0), (0x115F, 0x1160), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029)),
    *((0x202F, 0x202F), (0x205F, 0x205F), (0x2800, 0x2800), (0x3000, 0x3000)),
)
"""What looks like a space, the Hangul fillers among it: written as a space."""
MARKS: Ranges = (
    *((0xA1, 0xBF), (0xD7, 0xD7), (0xF7, 0xF7), (0x2B9, 0x2FF), (0x37E, 0x37E), (0x55A, 0x55F)),
    *((0x589, 0x58F), (0x5C0, 0x5C6), (0x5F3, 0x5F4), (0x600, 0x60F), (0x61B, 0x61F), (0x66A, 0x66D)),
    *((0x6D4, 0x6D4), (0x700, 0x70D), (0x7F6, 0x7F9), (0x964, 0x965), (0x970, 0x970), (0xE3F, 0xE3F)),
    *((0xE4F, 0xE4F), (0xE5A, 0xE5B), (0xF01, 0xF14), (0x104A, 0x104F), (0x10FB, 0x10FB)),
    *((0x1175, 0x1175), (0x119E, 0x119E), (0x1360, 0x1368), (0x166D, 0x166E), (0x16EB, 0x16ED)),
    *((0x1735, 0x1736), (0x17D4, 0x17DB), (0x1800, 0x180A), (0x1940, 0x1945), (0x2016, 0x205E)),
    *((0x20A0, 0x20A8), (0x20AA, 0x20CF), (0x2100, 0x214F), (0x2190, 0x2BFF), (0x2CE5, 0x2CFF)),
    *((0x2E00, 0x2E7F), (0x2FF0, 0x2FFF), (0x3001, 0x3004), (0x3008, 0x3020), (0x3037, 0x3037)),
    *((0x303D, 0x303F), (0x30FB, 0x30FB), (0x31C0, 0x31E3), (0x4DC0, 0x4DFF), (0xA700, 0xA721)),
    *((0xD800, 0xF8FF), (0xFD3E, 0xFD3F), (0xFE10, 0xFE6F), (0xFF00, 0xFFEF), (0xFFFC, 0xFFFD)),
    *((0x10100, 0x10102), (0x1F000, 0x1FAFF)),
)
"""Every other mark that may part digits, the Hangul middle dot and upright vowel among it: written as `.`."""

SEPARATOR = r"[\x00-/:-@\[-`{-\x7f\u20a9]"
"""What parts digits, once a text is plain: all of ASCII but letters and digits, and the won sign."""
GAP_MAX = 8
JOINT = "\x1f"
OPAQUE = (
    r"(?<![0-9A-Za-z])[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(?![0-9A-Za-z])",
    r"(?<![0-9A-Za-z])[0-9A-Fa-f]{32,}(?![0-9A-Za-z])",
    r"(?<![0-9A-Za-z])[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?![0-9])",
)
"""UUIDs, digests and times: replaced by `OPAQUE_AS` before anything is looked for."""
OPAQUE_AS = "x"
PASSED_OVER = (
    r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}",
    r"[0-9A-Fa-f]{32,}",
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:[Zz]|[+-][0-9]{2}:[0-9]{2}))?",
)
"""Strings of a body that are wholly a UUID, a digest, a day or a time: not joined to their neighbours."""

WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
CENTURIES: Mapping[str, int] = dict(zip("12345678", (1900, 1900, 2000, 2000) * 2, strict=True))
"""The seventh digit: 1 to 4 residents, 5 to 8 foreigners; 9 and 0 were born before 1900."""
FOREIGNERS = "5678"
BORN_MAX = date(2039, 12, 31)
UNCHECKED_SINCE = date(2020, 10, 5)
"""Numbers issued from this day on have no check digit: the written form decides."""
GAPS: tuple[tuple[str, str], ...] = (
    ("\u20a9", r"[^0-9]*\u20a9[^0-9]*"),
    ("-", r"[\x00- -]*-[\x00- -]*"),
    (",", r","),
    (" ", r"[^0-9]*"),
)
"""How a gap between two groups is written down: as the first whose pattern it matches as a whole."""
UNCHECKED = r"[0-9]{6}-[0-9]{4}(?!000)[0-9]{3}"
_DAY6 = r"(?:[0-9]{6}|[0-9]{2}[-, ][0-9]{2}[-, ][0-9]{2})"
_AREA = r"0(?:2|[3-6][1-5]|1[016-9]|[78]0|50[0-9]?)"
_PHONE_TAIL = r"[-, ][0-9]{3,4}[-, ][0-9]{4}(?:[^0-9].*)?"
NOT_REGISTRATIONS: tuple[tuple[str, str, str], ...] = (
    ("a telephone number with more digits beside it", r"(?:.*[^0-9])?" + _AREA + _PHONE_TAIL, ""),
    ("the same, from abroad", r"(?:.*[^0-9])?82[-, ][0-9]{1,2}" + _PHONE_TAIL, ""),
    ("the same, without gaps", r"(?:.*[^0-9])?" + _AREA + r"[0-9]{7,8}(?:[^0-9].*)?", ""),
    (
        "a day with its whole year, and more digits",
        r"(?:.*[^0-9])?(?:19|20)[0-9]{2}([-, ]?)(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12][0-9]|3[01])(?:[^0-9].*)?",
        "",
    ),
    ("an amount of money", r"[0-9]{1,3}(?:,[0-9]{3})+", ""),
    ("a business number with more digits", r"(?:.*[^0-9])?[0-9]{3}-[0-9]{2}-[0-9]{5}(?:[^0-9].*)?", ""),
    ("a bank account", r"[0-9]{4}-[0-9]{3}-[0-9]{6}|[0-9]{3}-[0-9]{4}-[0-9]{4}-[0-9]{2}", ""),
    (
        "a day and a sum of money, by its unit",
        _DAY6 + r"[-, \u20a9][0-9]{7}",
        r"(?:원|[천만]원| ?(?:원|[Ww][Oo][Nn]|[Kk][Rr][Ww])(?![A-Za-z가-힣]))",
    ),
    ("a day and a sum of money, by the won sign", _DAY6 + r"\u20a9[0-9]{1,3},?[0-9]{3},?[0-9]{3}", ""),
    ("a day and a sum of money, by its commas", _DAY6 + r"[-, ][0-9],[0-9]{3},[0-9]{3}", ""),
    ("a day and a sum in whole thousands", _DAY6 + r"[, ][0-9]{4}000", ""),
)
"""Candidates that are something else: why, the whole candidate as written down, how what follows begins."""

_S13 = SEPARATOR + r"{1,3}"
PASSPORT = (
    r"(?<![0-9A-Za-z])[MSRODGmsrodg]"
    + SEPARATOR
    + r"{0,3}(?:[0-9]{3}[A-Za-z][0-9]{4}|([0-9]{8}|[0-9]{4}"
    + _S13
    + r"[0-9]{4}|[0-9](?:"
    + _S13
    + r"[0-9]){7}))(?![0-9A-Za-z@]|-[0-9])"
)
PASSPORT_NOT = r"(?:19|20)[0-9]{2}[^0-9]*(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
"""The digits after a passport's letter are a day."""
LICENCE = (
    r"(?:(?<![0-9])(?<![0-9]-)(?:1[1-9]|2[0-8])"
    + _S13
    + r"|(?:서울|부산|대구|인천|광주|대전|울산|세종|경기|강원|충북|충남|전북|전남|경북|경남|제주|남부|북부)"
    + SEPARATOR
    + r"{0,3})[0-9]{2}"
    + _S13
    + r"[0-9]{6}"
    + _S13
    + r"[0-9]{2}(?![0-9]|-[0-9])"
)


def as_json() -> dict[str, object]:
    """Write the rule down for whoever builds the same scanner elsewhere; README.md tells how to use it."""
    return {
        "note": "Code points are hexadecimal, both ends of a range included; README.md says how to use this.",
        "plain": {
            "form": "NFKC",
            "digits": {f"{first:04X}": digits for first, digits in DIGITS},
            "ignored": _ranges(IGNORED),
            "dashes": _ranges(DASHES),
            "blanks": _ranges(BLANKS),
            "marks": _ranges(MARKS),
        },
        "opaque": {"patterns": OPAQUE, "as": OPAQUE_AS},
        "body": {"joint": f"{ord(JOINT):04X}", "passed_over": PASSED_OVER},
        "registration": {
            "separator": SEPARATOR,
            "gap_max": GAP_MAX,
            "gaps": [{"as": written, "pattern": pattern} for written, pattern in GAPS],
            "century_by_seventh_digit": CENTURIES,
            "foreigner_by_seventh_digit": FOREIGNERS,
            "born_max": BORN_MAX.isoformat(),
            "weights": WEIGHTS,
            "unchecked": {"written": UNCHECKED, "residents_born_from": UNCHECKED_SINCE.isoformat()},
            "not": [
                {"why": why, "written": written, "followed_by": after}
                for why, written, after in NOT_REGISTRATIONS
            ],
        },
        "passport": {"pattern": PASSPORT, "not": PASSPORT_NOT},
        "driving_licence": {"pattern": LICENCE},
    }


def _ranges(ranges: Ranges) -> list[str]:
    return [f"{first:04X}-{last:04X}" for first, last in ranges]
