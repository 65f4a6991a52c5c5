"""The form by which an operator keeps a filter of the list of referrals under a name, or forgets one."""

from http import HTTPStatus
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from ieum.web.form_body import read_form
from ieum.web.url_state import address
from ieum_console.notes.saved_filters import (
    NAME_CHARACTERS_MAX,
    QUERY_CHARACTERS_MAX,
    SavedFilter,
    forget_filter,
    save_filter,
)
from ieum_console.pages.page_call import PageCall

PAGE = "/referrals"
FILTERS = ("journey", "agency", "state", "overdue")
"""What of an address is kept: no page of the list, and no search for a single number."""


async def keep_filter(call: PageCall) -> Response:
    """Save the filter that is shown, or forget a saved one."""
    form = await read_form(call.request)
    name, query = form.get("name", "").strip()[:NAME_CHARACTERS_MAX], form.get("query", "")
    if not name or len(query) > QUERY_CHARACTERS_MAX:
        raise HTTPException(HTTPStatus.BAD_REQUEST)
    given = dict(parse_qsl(query))
    kept = {each: given[each] for each in FILTERS if each in given}
    where = address(PAGE, kept)
    if form.get("do") == "forget":
        await forget_filter(call.connection, call.person.subject, name)
    elif not kept:
        raise HTTPException(HTTPStatus.BAD_REQUEST)
    elif not await save_filter(
        call.connection, call.person.subject, SavedFilter(name, where.removeprefix(f"{PAGE}?")), call.now
    ):
        raise HTTPException(HTTPStatus.CONFLICT)
    return RedirectResponse(where, HTTPStatus.SEE_OTHER)
