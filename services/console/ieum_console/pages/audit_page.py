"""The audit: who did what, when, why; the chain checked by a button; a month signed off by an auditor."""

from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from ieum.api.http.csv_answer import csv_answer
from ieum.web.form_body import read_form
from ieum.web.url_state import address
from ieum_console.pages.months import bounds_of, last_months, month_of
from ieum_console.pages.page_call import PageCall
from ieum_console.projection.audit import PAGE_ROWS, read_audit, verify_audit
from ieum_console.projection.audit_trail import read_audit_of

CSV_COLUMNS = ("number", "at", "actor", "action", "target", "reason")
CSV_ROWS_MAX = 50_000
ACTOR_CHARACTERS_MAX, DIGITS_MAX = 128, 18
SIGN_OFF = "audit.month-reviewed"
REASON_CHARACTERS_MAX = 200


async def audit(call: PageCall) -> Response:
    """Show a month of the audit, newest first."""
    month, actor = _asked(call)
    since, until = bounds_of(month)
    before = call.asked_number("before", DIGITS_MAX)
    place = {} if before is None else {"before": before}
    found = await read_audit(call.connection, since, until, actor=actor, rows=PAGE_ROWS + 1, **place)
    entries = found[:PAGE_ROWS]
    await call.note("audit.read", target=_in_words(month, actor))
    return call.page(
        "audit.html",
        entries=entries,
        month=month,
        months=last_months(call.now),
        actor=actor or "",
        older=entries[-1].number if len(found) > PAGE_ROWS else None,
        reviews=await read_audit_of(call.connection, month),
        verified=await verify_audit(call.connection) if call.asked("verify") else None,
        is_over=until <= call.now,
    )


async def audit_csv(call: PageCall) -> Response:
    """Give the same month as a file."""
    month, actor = _asked(call)
    since, until = bounds_of(month)
    await call.note("audit.download", target=_in_words(month, actor))
    rows = [*await read_audit(call.connection, since, until, actor=actor)]
    while len(rows) % PAGE_ROWS == 0 and rows and len(rows) < CSV_ROWS_MAX:
        more = await read_audit(call.connection, since, until, actor=actor, before=rows[-1].number)
        if not more:
            break
        rows += more
    return csv_answer(
        f"audit-{month}", CSV_COLUMNS, ([getattr(row, name) for name in CSV_COLUMNS] for row in rows)
    )


def _asked(call: PageCall) -> tuple[str, str | None]:
    """Return the month, and who alone is asked about."""
    actor = (call.asked("actor") or "")[:ACTOR_CHARACTERS_MAX]
    return month_of(call.asked("month"), call.now), actor or None


def _in_words(month: str, actor: str | None) -> str:
    return f"month={month}" + (f" actor={actor}" if actor else "")


async def review_month(call: PageCall) -> Response:
    """Sign a month off: that somebody has read it, and what was found; a month that is over, once checked."""
    form = await read_form(call.request)
    month = month_of(form.get("month"), call.now)
    if bounds_of(month)[1] > call.now:
        raise HTTPException(HTTPStatus.CONFLICT)
    await call.note(SIGN_OFF, target=month, reason=form.get("note", "")[:REASON_CHARACTERS_MAX])
    return RedirectResponse(address("/audit", {}, month=month), HTTPStatus.SEE_OTHER)
