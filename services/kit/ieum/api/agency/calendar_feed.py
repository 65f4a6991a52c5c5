"""What is due as a calendar feed (RFC 5545): opaque ids, agencies and codes, nothing of a client."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from ieum.api.agency.clock_views import DueItem
from ieum_contracts.address import Address
from ieum_contracts.overdue import Clock

LINE_BYTES_MAX = 75
"""Longer lines are folded, never within a character."""
ENTRY = timedelta(minutes=15)
TITLES: Mapping[Clock, str] = {
    Clock.TECHNICAL_RECEIPT: "접수 확인 · receipt",
    Clock.DECISION: "결정 · decision",
    Clock.INFO_REQUEST: "보완 · information",
    Clock.WAITLIST_REVIEW: "대기 검토 · review of the waiting list",
    Clock.PROGRESS: "경과 · progress",
    Clock.ACKNOWLEDGEMENT: "결과 확인 · acknowledgement",
    Clock.ERASURE_RECEIPT: "파기 확인 · receipt of the erasure",
}


def calendar_feed(me: Address, due: Iterable[DueItem], now: datetime) -> str:
    """Write a calendar with an entry for each thing that is due."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Ieum//due//KO", "CALSCALE:GREGORIAN"]
    lines += [f"X-WR-CALNAME:{_text(f'Ieum {me.agency}')}"]
    for each in due:
        lines += _entry(me, each, now)
    return "".join(_folded(line) for line in [*lines, "END:VCALENDAR"])


def _entry(me: Address, item: DueItem, now: datetime) -> list[str]:
    due = item.due_at or now
    late = "" if item.level is None else f" ({item.level})"
    return [
        "BEGIN:VEVENT",
        f"UID:{item.referral}.{item.clock}@{me.agency}.{me.centre}",
        f"DTSTAMP:{_time(now)}",
        f"DTSTART:{_time(due)}",
        f"DTEND:{_time(due + ENTRY)}",
        f"SUMMARY:{_text(TITLES[item.clock] + late)}",
        f"DESCRIPTION:{_text(f'{item.holder}: {item.reason}; {item.referral}')}",
        f"CATEGORIES:{item.clock}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\n", "\\n")


def _folded(line: str) -> str:
    """End a line, and break it where it is longer than the format allows."""
    parts, part = [], ""
    for character in line:
        if len((part + character).encode()) > LINE_BYTES_MAX:
            parts.append(part)
            part = " "
        part += character
    return "\r\n".join([*parts, part]) + "\r\n"
