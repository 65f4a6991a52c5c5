"""One operation: what is frozen, what would be done, its progress; start, approve, pause, abort, report."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from ieum.api.http.csv_answer import csv_answer
from ieum.web.form_body import read_form
from ieum.web.url_state import address
from ieum_console.operations.operation_rows import ITEMS_MAX, Item, Operation, read_items, read_operation
from ieum_console.operations.operation_steps import abort, approve, pause
from ieum_console.pages.console_roles import may_act_at
from ieum_console.pages.page_call import PageCall
from ieum_console.projection.referral_list import read_known

PROOF_MAX = timedelta(minutes=15)
"""Who skips, or acts on more than one, has proved who they are within this time."""
REASON = re.compile(r"[a-z][a-z-]*(?:\.[a-z][a-z-]*)*")
REASON_CHARACTERS_MAX = 60
ITEMS_SHOWN = 100
"""More stand in the report."""
CSV_COLUMNS = ("position", "stream", "referral", "peer", "sequence", "waits_for", "result", "detail", "at")


async def operation(call: PageCall) -> Response:
    """Show an operation."""
    found = await _found(call)
    items = await read_items(call.connection, found.id)
    shown = shown_items(items)
    return call.page(
        "operation.html",
        operation=found,
        items_max=ITEMS_MAX,
        items=shown,
        known=await read_known(call.connection, {each.referral for each in shown}),
        results=Counter(each.result for each in items),
        may=may_act_at(call.person, found.agency),
        is_own=found.prepared_by == call.person.subject,
        needs_proof=_needs_proof(call, found),
        is_alive=found.is_alive(call.now),
        wrong=call.asked("wrong") is not None,
        held=call.asked("held") is not None,
        again=address("/sign-in", {}, next=f"/operations/{found.id}", again="1"),
    )


async def operation_csv(call: PageCall) -> Response:
    """Give the report of an operation as a file."""
    found = await _found(call)
    await call.note("operation.download", target=str(found.id))
    items = await read_items(call.connection, found.id)
    rows = ([getattr(each, name) for name in CSV_COLUMNS] for each in items)
    return csv_answer(f"operation-{found.id}", CSV_COLUMNS, rows)


async def change_operation(call: PageCall) -> Response:
    """Start or go on, approve, pause, abort; each once, whoever presses and how often."""
    found, form = await _acted_upon(call), await read_form(call.request)
    here = f"/operations/{found.id}"
    match form.get("do"):
        case "start":
            reason = form.get("reason", "").strip() or found.reason
            if not REASON.fullmatch(reason) or len(reason) > REASON_CHARACTERS_MAX:
                return RedirectResponse(f"{here}?wrong=1", HTTPStatus.SEE_OTHER)
            if found.needs_second_person:
                raise HTTPException(HTTPStatus.FORBIDDEN)
            if _needs_proof(call, found):  # it was fresh when the page was made: the page asks for another
                return RedirectResponse(here, HTTPStatus.SEE_OTHER)
            done = await call.console.runner.start(found.id, call.person.subject, call.person.token, reason)
            await _note(call, found, "start", reason, done=done)
        case "approve":
            done = await approve(call.connection, found.id, call.person.subject)
            await _note(call, found, "approve", found.reason, done=done)
        case "pause":
            await _note(call, found, "pause", found.reason, done=await pause(call.connection, found.id))
        case "abort":
            done = await abort(call.connection, found.id, call.now)
            await _note(call, found, "abort", found.reason, done=done)
        case _:
            raise HTTPException(HTTPStatus.BAD_REQUEST)
    return RedirectResponse(here, HTTPStatus.SEE_OTHER)


def shown_items(items: Sequence[Item]) -> Sequence[Item]:
    """Return the items in their order; of very many, those that wait again first, and not all."""
    if len(items) <= ITEMS_SHOWN:
        return items
    return sorted(items, key=lambda each: (each.result != "waits-again", each.position))[:ITEMS_SHOWN]


async def _note(call: PageCall, found: Operation, act: str, reason: str, *, done: bool) -> None:
    if done:
        await call.note(f"operation.{act}", target=str(found.id), reason=reason)


async def _found(call: PageCall) -> Operation:
    found = await read_operation(call.connection, call.id_in_path("operation"))
    if found is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return found


async def _acted_upon(call: PageCall) -> Operation:
    found = await _found(call)
    if not may_act_at(call.person, found.agency):
        raise HTTPException(HTTPStatus.FORBIDDEN)
    return found


def _needs_proof(call: PageCall, found: Operation) -> bool:
    is_old = call.now - call.person.authenticated_at > PROOF_MAX
    return is_old and (found.act == "skip" or found.items > 1)
