"""The audit: who did what, when, why; the chain checked by a button; a month signed off by an auditor."""

from datetime import UTC, datetime
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from ieum.api.http.csv_answer import csv_answer
from ieum.web.form_body import read_form
from ieum.web.moments import SEOUL
from ieum.web.url_state import address
from ieum_console.pages.page_call import PageCall
from ieum_console.projection.audit import PAGE_ROWS, read_audit, verify_audit
from ieum_console.projection.audit_trail import read_audit_of

CSV_COLUMNS = ("number", "at", "actor", "action", "target", "reason")
CSV_ROWS_MAX = 50_000
ACTOR_CHARACTERS_MAX = 128
MONTHS_SHOWN = 12
SIGN_OFF = "audit.month-reviewed"
REASON_CHARACTERS_MAX = 200


async def audit(call: PageCall) -> Response:
    """Show a month of the audit, newest first."""
    month = _month(call.asked("month"), call.now)
    since, until = _bounds(month)
    actor = (call.asked("actor") or "")[:ACTOR_CHARACTERS_MAX] or None
    before = call.asked("before") or ""
    place = (
        {"before": int(before)}
        if before.isascii() and before.isdigit() and len(before) < len(str(2**60))
        else {}
    )
    entries = await read_audit(call.connection, since, until, actor=actor, **place)
    await call.note("audit.read", target=f"month={month}" + (f" actor={actor}" if actor else ""))
    return call.page(
        "audit.html",
        entries=entries,
        month=month,
        months=_months(call.now),
        actor=actor or "",
        older=entries[-1].number if len(entries) == PAGE_ROWS else None,
        reviews=await read_audit_of(call.connection, month),
        verified=await verify_audit(call.connection) if call.asked("verify") else None,
        is_over=until <= call.now,
    )


async def audit_csv(call: PageCall) -> Response:
    """Give a month of the audit as a file."""
    month = _month(call.asked("month"), call.now)
    since, until = _bounds(month)
    await call.note("audit.download", target=f"month={month}")
    rows = [*await read_audit(call.connection, since, until)]
    while len(rows) % PAGE_ROWS == 0 and rows and len(rows) < CSV_ROWS_MAX:
        more = await read_audit(call.connection, since, until, before=rows[-1].number)
        if not more:
            break
        rows += more
    return csv_answer(
        f"audit-{month}", CSV_COLUMNS, ([getattr(row, name) for name in CSV_COLUMNS] for row in rows)
    )


async def review_month(call: PageCall) -> Response:
    """Sign a month off: that somebody has read it, and what was found; a month that is over, once checked."""
    form = await read_form(call.request)
    month = _month(form.get("month"), call.now)
    if _bounds(month)[1] > call.now:
        raise HTTPException(HTTPStatus.CONFLICT)
    await call.note(SIGN_OFF, target=month, reason=form.get("note", "")[:REASON_CHARACTERS_MAX])
    return RedirectResponse(address("/audit", {}, month=month), HTTPStatus.SEE_OTHER)


def _month(text: str | None, now: datetime) -> str:
    try:
        return datetime.strptime(text or "", "%Y-%m").replace(tzinfo=UTC).strftime("%Y-%m")
    except ValueError:
        return now.astimezone(SEOUL).strftime("%Y-%m")


def _bounds(month: str) -> tuple[datetime, datetime]:
    year, number = map(int, month.split("-"))
    following = (year, number + 1) if number < MONTHS_SHOWN else (year + 1, 1)
    return datetime(year, number, 1, tzinfo=SEOUL), datetime(*following, 1, tzinfo=SEOUL)


def _months(now: datetime) -> list[str]:
    there = now.astimezone(SEOUL)
    first = there.year * 12 + there.month - 1
    return [f"{each // 12}-{each % 12 + 1:02}" for each in range(first, first - MONTHS_SHOWN, -1)]
