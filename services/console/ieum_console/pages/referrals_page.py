"""The list of referrals: found by number, journey, agency, state or delay; its filters in the address."""

from datetime import UTC, datetime
from uuid import UUID

from starlette.responses import Response

from ieum.api.http.csv_answer import csv_answer
from ieum.web.url_state import chosen
from ieum_console.notes.saved_filters import read_saved
from ieum_console.pages.page_call import PageCall
from ieum_console.projection.referral_list import (
    Cursor,
    NotANumberError,
    ReferralFilter,
    ReferralPage,
    every_referral,
    list_referrals,
)
from ieum_contracts.codes import State

SEARCH_CHARACTERS_MAX = 64
CSV_COLUMNS = (
    *("number", "sender", "recipient", "journey", "state", "since", "holder", "due_at", "due_clock"),
    *("requested_at", "last_type", "last_source", "last_at", "open_asks", "gaps", "withdrawn_at", "erased"),
)


async def referrals(call: PageCall) -> Response:
    """List referrals a page at a time."""
    wanted, asked = await _filter(call), call.asked("q")
    found, wrong = ReferralPage((), None), False
    try:
        found = await list_referrals(call.connection, wanted, call.now, after=_cursor(call.asked("after")))
    except NotANumberError:
        wrong = True
    if wanted != ReferralFilter():
        await call.note("referrals.search", target=_in_words(wanted))
    return call.page(
        "referrals.html",
        found=found,
        wanted=wanted,
        asked=asked or "",
        wrong=wrong,
        states=State,
        agencies=sorted(call.console.agencies, key=call.agency_name),
        saved=await read_saved(call.connection, call.person.subject),
        next=None if found.next is None else f"{found.next.at.isoformat()}_{found.next.id}",
    )


async def referrals_csv(call: PageCall) -> Response:
    """Give the same list as a file: ids, codes and times alone."""
    wanted = await _filter(call)
    await call.note("referrals.download", target=_in_words(wanted))
    try:
        rows = [row async for row in every_referral(call.connection, wanted, call.now)]
    except NotANumberError:
        rows = []
    names = ("id", *CSV_COLUMNS[1:])
    return csv_answer("referrals", CSV_COLUMNS, ([getattr(row, name) for name in names] for row in rows))


async def _filter(call: PageCall) -> ReferralFilter:
    """Return what is asked for; a number that no referral has is a journey's."""
    number = call.asked("q")
    if number is not None:
        wanted = ReferralFilter(number=number[:SEARCH_CHARACTERS_MAX])
        journey = _uuid(number)
        if journey is None or (await list_referrals(call.connection, wanted, call.now, rows=1)).rows:
            return wanted
        return ReferralFilter(journey=journey)
    journey = _uuid(call.asked("journey"))
    if journey is not None:
        return ReferralFilter(journey=journey)
    return ReferralFilter(
        agency=call.asked("agency"),
        state=chosen(State, call.asked("state")),
        overdue=call.asked("overdue") is not None,
    )


def _in_words(wanted: ReferralFilter) -> str:
    named = {
        "number": wanted.number,
        "journey": wanted.journey,
        "agency": wanted.agency,
        "state": wanted.state,
        "overdue": wanted.overdue or None,
    }
    return " ".join(f"{name}={value}" for name, value in named.items() if value is not None)


def _cursor(text: str | None) -> Cursor | None:
    at, _, key = (text or "").partition("_")
    key_found = _uuid(key)
    try:
        moment = datetime.fromisoformat(at)
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return None if key_found is None else Cursor(moment, key_found)


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID((text or "").strip())
    except ValueError:
        return None
