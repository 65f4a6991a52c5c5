"""Korean names in Latin letters, as the official romanisation (국어의 로마자 표기법, 2000) writes them."""

_FIRST, _VOWELS, _LAST = 0xAC00, 21, 28
_ONSETS = ("g", "kk", "n", "d", "tt", "r", "m", "b", "pp", "s", "ss", "", "j", "jj", "ch", "k", "t", "p", "h")
_MIDDLES = (
    *("a", "ae", "ya", "yae", "eo", "e", "yeo", "ye", "o", "wa", "wae"),
    *("oe", "yo", "u", "wo", "we", "wi", "yu", "eu", "ui", "i"),
)
_ENDS = {0: "", 1: "k", 4: "n", 7: "t", 8: "l", 16: "m", 17: "p", 19: "t", 20: "t", 21: "ng"}
"""The ends of syllables that names of places have, by their place in the alphabet."""
_BEFORE_VOWEL = {1: "g", 7: "d", 8: "r", 17: "b", 19: "s", 20: "ss"}
_BEFORE_NASAL = {1: "ng", 7: "n", 17: "m", 19: "n", 20: "n"}


def romanised(name: str) -> str:
    """Write a Hangul name in Latin letters, with assimilated sounds as they are spoken: Gangneung."""
    syllables = [divmod(ord(each) - _FIRST, _LAST) for each in name]
    written = ""
    before = 0
    for place, (head, end) in enumerate(syllables):
        onset, middle = divmod(head, _VOWELS)
        after = syllables[place + 1][0] // _VOWELS if place + 1 < len(syllables) else -1
        written += _onset(_ONSETS[onset], before) + _MIDDLES[middle] + _end(end, after)
        before = end
    return written.capitalize()


def _onset(onset: str, before: int) -> str:
    end = _ENDS.get(before, "")
    if onset == "r" and end:
        return "l" if end in {"l", "n"} else "n"
    return "l" if onset == "n" and end == "l" else onset


def _end(end: int, after: int) -> str:
    follows = "" if after < 0 else _ONSETS[after]
    if after >= 0 and not follows:
        return _BEFORE_VOWEL.get(end, _ENDS.get(end, ""))
    if follows in {"n", "m", "r"} and end in _BEFORE_NASAL:
        return _BEFORE_NASAL[end]
    return "l" if follows == "r" and end == 4 else _ENDS.get(end, "")  # noqa: PLR2004 - n before r
