"""Away for a day: a recorded day played again without one agency, and the drill of the month signed."""

from datetime import date
from functools import partial
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from ieum.api.http.csv_answer import csv_answer
from ieum.web.form_body import read_form
from ieum.web.moments import day_words
from ieum.web.url_state import address
from ieum_console.pages.audit_page import REASON_CHARACTERS_MAX
from ieum_console.pages.console_roles import AUDITING
from ieum_console.pages.months import last_months
from ieum_console.pages.page_call import PageCall
from ieum_console.pages.played_day import DAYS_PLAYED, PlayedDay, days_to_play, play_day
from ieum_console.projection.audit import AuditEntry
from ieum_console.projection.audit_trail import read_audit_of
from ieum_console.projection.month_of_events import REFERRALS_MAX, SAID_MAX, read_published
from ieum_console.replay.absence import day_of_absence
from ieum_console.replay.elsewhere import instead_of

MONTHS_SIGNED = 6
SIGNED = "drill.signed"
CSV_COLUMNS = ("referral", "waits_for_it", "clock", "due_at", "would_be_at", "late_anyway")


async def drill(call: PageCall) -> Response:
    """Show what a day without an agency would have come to."""
    agency, day, played = await _noted(call, "drill.view")
    return call.page(
        "drill.html",
        agencies=sorted(call.console.agencies, key=call.agency_name),
        agency=agency,
        days=[(each, day_of_absence(each)) for each in _days(call)],
        day=day,
        away_at=None if day is None else day_of_absence(day),
        day_words=partial(day_words, language=call.language),
        own_words=lambda names: names.ko if call.language == "ko" else names.en,
        played=played,
        instead=() if agency is None else instead_of(agency, call.console.programmes),
        published=await read_published(call.connection),
        signed=await _signed(call),
        may_sign=bool(call.roles & AUDITING),
        limits={"events": SAID_MAX, "referrals": REFERRALS_MAX, "days": DAYS_PLAYED},
    )


async def drill_csv(call: PageCall) -> Response:
    """Give the referrals that would be late as a file."""
    _, _, played = await _noted(call, "drill.download")
    late = () if played is None else played.absence.late
    names = {} if played is None else played.names
    return csv_answer(
        "drill",
        CSV_COLUMNS,
        (
            (each.referral, names[each.peer], each.ran.clock, each.ran.due_at, each.ran.said_at, each.anyway)
            for each in late
        ),
    )


async def sign_drill(call: PageCall) -> Response:
    """Sign the drill of this month: what was played, what it came to, and what was found."""
    form = await read_form(call.request)
    agency, day = _asked(call, form.get("agency"), form.get("day"))
    played = None if agency is None or day is None else await _play(call, agency, day)
    if played is None:
        raise HTTPException(HTTPStatus.BAD_REQUEST)
    came_to = f"{agency} {day}: {played.late} late, {played.absence.delayed} delayed"
    reason = f"{came_to}. {form.get('note', '').strip()}"[:REASON_CHARACTERS_MAX].strip()
    await call.note(SIGNED, target=_target(last_months(call.now, 1)[0]), reason=reason)
    return RedirectResponse(address("/drill", {}, agency=agency, day=day), HTTPStatus.SEE_OTHER)


async def _noted(call: PageCall, action: str) -> tuple[str | None, date | None, PlayedDay | None]:
    """Read what the address asks for, and play it; that somebody did stands in the audit."""
    agency, day = _asked(call, call.asked("agency"), call.asked("day"))
    if agency is None or day is None:
        return agency, day, None
    await call.note(action, target=f"agency={agency} day={day}")
    return agency, day, await _play(call, agency, day)


async def _play(call: PageCall, agency: str, day: date) -> PlayedDay | None:
    return await play_day(call.connection, call.console.calendar, agency, day, call.now)


async def _signed(call: PageCall) -> list[tuple[str, list[AuditEntry]]]:
    """List the last months, each with who signed its drill."""
    months = last_months(call.now, MONTHS_SIGNED)
    entries = await read_audit_of(call.connection, *map(_target, months))
    return [
        (month, [each for each in entries if (each.action, each.target) == (SIGNED, _target(month))])
        for month in months
    ]


def _target(month: str) -> str:
    return f"drill {month}"


def _days(call: PageCall) -> list[date]:
    return days_to_play(call.console.calendar, call.now)


def _asked(call: PageCall, agency: str | None, day: str | None) -> tuple[str | None, date | None]:
    """Read the agency and the day that are asked for; None for anything that cannot be played."""
    known = agency if agency in call.console.agencies else None
    return known, next((each for each in _days(call) if each.isoformat() == day), None)
