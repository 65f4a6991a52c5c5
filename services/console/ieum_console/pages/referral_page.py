"""One referral: who holds it, in one sentence; every step of both sides; how far each stream has come."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from ieum_console.pages.open_hours import is_open_at, open_time
from ieum_console.pages.page_call import PageCall
from ieum_console.pages.words import event_words
from ieum_console.projection.audit_trail import ROWS_MAX as AUDITED_MAX
from ieum_console.projection.audit_trail import read_audit_of
from ieum_console.projection.one_referral import JOURNEY_MAX, ReferralView, read_referral
from ieum_console.projection.referral_steps import Gap, Step

TABS = ("timeline", "events", "delivery", "audit")
IDLE_SHOWN = timedelta(minutes=30)
"""Longer silences are drawn as one line that says how long they were."""


@dataclass(frozen=True, slots=True)
class Idle:
    """Nothing was said for a while: how long, and how much of it in business hours."""

    seconds: float
    business_seconds: float


@dataclass(frozen=True, slots=True)
class Said:
    """A step as the time line shows it."""

    step: Step
    words: str
    in_hours: bool
    late_seconds: float | None


async def referral(call: PageCall) -> Response:
    """Show one referral."""
    view = await view_of(call)
    tab = call.asked("tab")
    shown = tab if tab in TABS else TABS[0]
    await call.note("referral.view", target=str(view.head.id))
    return call.page(
        "referral.html",
        view=view,
        head=view.head,
        tab=shown,
        tabs=TABS,
        lanes=(view.head.sender, view.head.recipient),
        line=list(_line(call, view)) if shown == "timeline" else (),
        event_words=event_words,
        limits={"journey": JOURNEY_MAX, "audited": AUDITED_MAX},
        audited=await read_audit_of(call.connection, str(view.head.id)) if shown == "audit" else (),
        journey=sorted((*view.journey, view.head), key=lambda each: each.requested_at),
    )


async def referral_bundle(call: PageCall) -> Response:
    """Give all that is known of it as a file, from headers alone."""
    view = await view_of(call)
    await call.note("referral.download", target=str(view.head.id))
    content = {"as_of": call.freshness.as_of, "referral": asdict(view)}
    name = f"referral-{view.head.id}.json"
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return JSONResponse(_plain(content), headers=headers)


async def view_of(call: PageCall) -> ReferralView:
    """Read the referral that the address names; raises HTTPException, 404, where it is not known."""
    view = await read_referral(call.connection, call.id_in_path("referral"))
    if view is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return view


def _line(call: PageCall, view: ReferralView) -> Iterator[Said | Gap | Idle]:
    calendar, before = call.console.calendar, None
    for each in view.steps:
        if isinstance(each, Gap):
            yield each
            continue
        if before is not None and each.said_at - before > IDLE_SHOWN:
            yield _idle(call, before, each.said_at)
        before = each.said_at
        late = None if each.heard_at is None else (each.heard_at - each.said_at).total_seconds()
        words = event_words(each.type, call.language)
        yield Said(each, words, is_open_at(calendar, each.said_at), late)
    if before is not None and not view.head.ended and call.now - before > IDLE_SHOWN:
        yield _idle(call, before, call.now)


def _idle(call: PageCall, start: datetime, end: datetime) -> Idle:
    business = open_time(call.console.calendar, start, end)
    return Idle((end - start).total_seconds(), business.total_seconds())


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return value if value is None or isinstance(value, bool | int | float) else str(value)
