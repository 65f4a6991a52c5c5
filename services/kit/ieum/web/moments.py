"""Times as people read them: absolute in Korean time and relative to now, always both."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_datetime, format_timedelta

SEOUL = ZoneInfo("Asia/Seoul")
DAY_PATTERNS = {"ko": "M월 d일 (E) HH:mm:ss", "en": "d MMM (EEE) HH:mm:ss"}
YEAR_PATTERNS = {"ko": "yyyy년 M월 d일 (E) HH:mm:ss", "en": "d MMM yyyy (EEE) HH:mm:ss"}
SHARES_OF_UNIT = 1.0
"""90 seconds are "2 minutes", not "90 seconds"; 59 are seconds."""


def absolute(moment: datetime, now: datetime, language: str) -> str:
    """Write a time of the clock on the wall in Seoul; the year only where it is another one."""
    there = moment.astimezone(SEOUL)
    if there.year != now.astimezone(SEOUL).year:
        return dated(moment, language)
    return str(format_datetime(there, DAY_PATTERNS[language], locale=language))


def dated(moment: datetime, language: str) -> str:
    """Write a time of the clock on the wall in Seoul with its year, for what is read in another one."""
    return str(format_datetime(moment.astimezone(SEOUL), YEAR_PATTERNS[language], locale=language))


def relative(moment: datetime, now: datetime, language: str) -> str:
    """Write how long ago it was, or how soon it will be."""
    return str(format_timedelta(moment - now, add_direction=True, threshold=SHARES_OF_UNIT, locale=language))


def duration(seconds: float, language: str) -> str:
    """Write a length of time in its largest unit."""
    if seconds < 1:
        return "< 1 s" if language == "en" else "1초 미만"
    return str(format_timedelta(timedelta(seconds=seconds), threshold=SHARES_OF_UNIT, locale=language))
