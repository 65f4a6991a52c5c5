"""Troubles: what waits at the agencies, in groups; a group is frozen into an operation before any act."""

import re
from dataclasses import replace
from http import HTTPStatus
from uuid import UUID, uuid4

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from ieum.api.http.csv_answer import csv_answer
from ieum.web.form_body import read_form
from ieum.web.url_state import address
from ieum_console.notes.trouble_notes import (
    ASSIGNEE_CHARACTERS_MAX,
    NOTE_CHARACTERS_MAX,
    REASON_CHARACTERS_MAX,
    TroubleNote,
    read_notes,
    write_note,
)
from ieum_console.operations.agency_api import AgencyApi, AwayError, RefusedError, open_api
from ieum_console.operations.operation_rows import LISTED_MAX, Item, newest_operations, prepare, read_items
from ieum_console.operations.operation_steps import finish
from ieum_console.pages.console_roles import may_act_at
from ieum_console.pages.page_call import PageCall
from ieum_console.pages.trouble_groups import Troubles, read_troubles
from ieum_console.projection.referral_list import read_known

ACTS = ("retry", "skip")
VERSION = re.compile(r"[0-9]{1,9}")
PREVIEWED_MAX = 50
"""So many items are asked about one by one; of the others it is known that they waited a moment ago."""
STREAMS_SHOWN = 100
"""Of each group; all that is listed stands in the file."""
CSV_COLUMNS = ("agency", "state", "reason", "stream", "peer", "sequence", "waiting", "attempts", "since")


async def troubles(call: PageCall) -> Response:
    """Show what waits, and the newest operations."""
    found = await _asked(call)
    shown = {each.key for group in found.groups for each in group.streams[:STREAMS_SHOWN]}
    return call.page(
        "troubles.html",
        found=found,
        known=await read_known(call.connection, shown),
        operations=await newest_operations(call.connection),
        may_act_at=lambda agency: may_act_at(call.person, agency),
        chosen_agency=call.asked("agency") or "",
        agencies=sorted(call.console.apis, key=call.agency_name),
        notes=await read_notes(call.connection),
        limits={"streams": STREAMS_SHOWN, "operations": LISTED_MAX},
    )


async def troubles_csv(call: PageCall) -> Response:
    """Give what waits as a file."""
    await call.note("troubles.download")
    found = await _asked(call)
    rows = [
        (group.agency, group.state, group.reason, s.id, s.peer, s.sequence, s.waiting, s.attempts, s.since)
        for group in found.groups
        for s in group.streams
    ]
    return csv_answer("troubles", CSV_COLUMNS, rows)


async def prepare_operation(call: PageCall) -> Response:
    """Freeze a group as it is now, ask the agency what would be done, and show that."""
    form = await read_form(call.request)
    agency, act = form.get("agency", ""), form.get("act", "")
    if agency not in call.console.apis or act not in ACTS:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    if not may_act_at(call.person, agency):
        raise HTTPException(HTTPStatus.FORBIDDEN)
    found = await read_troubles(call, [agency])
    wanted = (form.get("state"), form.get("reason"))
    streams = next((each.streams for each in found.groups if (each.state, each.reason) == wanted), ())
    if not streams:
        raise HTTPException(HTTPStatus.CONFLICT)
    prepared = await prepare(
        call.connection,
        call.now,
        act=act,
        agency=agency,
        waits_for=wanted[1] or "",
        by=call.person.subject,
        streams=streams,
    )
    if prepared.is_new:
        await call.note(f"operation.prepare-{act}", target=str(prepared.id), reason=f"{agency} {wanted[1]}")
        await _preview(call, prepared.id, agency, act)
    held = None if prepared.is_new else 1
    return RedirectResponse(address(f"/operations/{prepared.id}", {}, held=held), HTTPStatus.SEE_OTHER)


async def note_trouble(call: PageCall) -> Response:
    """Write down what is known of a group, and who looks after it."""
    form = await read_form(call.request)
    agency, reason = form.get("agency", ""), form.get("reason", "")
    if agency not in call.console.apis or not 0 < len(reason) <= REASON_CHARACTERS_MAX:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    if not may_act_at(call.person, agency):
        raise HTTPException(HTTPStatus.FORBIDDEN)
    version = form.get("version", "")
    note = TroubleNote(
        agency,
        reason,
        form.get("note", "").strip()[:NOTE_CHARACTERS_MAX],
        form.get("assignee", "").strip()[:ASSIGNEE_CHARACTERS_MAX],
        int(version) if VERSION.fullmatch(version) else 0,
        call.person.subject,
        call.now,
    )
    if not await write_note(call.connection, note):
        raise HTTPException(HTTPStatus.CONFLICT)
    await call.note("trouble.note", target=f"{agency} {reason}")
    return RedirectResponse(address("/troubles", {}, agency=agency), HTTPStatus.SEE_OTHER)


async def _asked(call: PageCall) -> Troubles:
    agency, key = call.asked("agency"), call.asked("key")
    agencies = [each for each in call.console.apis if agency in {None, each}]
    found = await read_troubles(call, agencies)
    if key is None:
        return found
    concerned = [group for group in found.groups if any(str(each) == key for each in group.referrals)]
    return replace(found, groups=tuple(concerned))


async def _preview(call: PageCall, operation: UUID, agency: str, act: str) -> None:
    items = (await read_items(call.connection, operation))[:PREVIEWED_MAX]
    try:
        async with open_api(call.console.apis.get(agency), call.person.token) as api:
            for item in items:
                code = await _dry_run(api, item, act)
                if code is not None:
                    await finish(
                        call.connection, operation, item.position, call.now, result="settled", detail=code
                    )
    except AwayError:
        return


async def _dry_run(api: AgencyApi, item: Item, act: str) -> str | None:
    """Return why nothing would be done; None where the act would be done."""
    wish = {
        "reason": "preview",
        "dry_run": True,
        "sequence": item.sequence,
        "waited_for": item.waits_for,
    }
    try:
        await api.act(item.stream, act, wish, uuid4())
    except RefusedError as refused:
        return refused.code if refused.is_settled else None
    return None
