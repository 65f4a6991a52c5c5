"""Assurance: whether all that was said was heard, pair by pair; withdrawals whose receipt has not come."""

from starlette.responses import Response

from ieum.api.http.csv_answer import csv_answer
from ieum_console.pages.page_call import PageCall
from ieum_console.projection.assurance import ANSWERED_COUNTED_MAX, ROWS_MAX, read_assurance
from ieum_console.projection.referral_list import read_known

CSV_COLUMNS = (
    "source",
    "recipient",
    "said",
    "heard",
    "cut",
    "missing",
    "waiting",
    "since",
    "heads_at",
    "heads_back_at",
)


async def assurance(call: PageCall) -> Response:
    """Show the accounts of every pair."""
    found = await read_assurance(call.connection)
    known = await read_known(call.connection, {each.key for each in found.open_streams})
    limits = {"rows": ROWS_MAX, "answered": ANSWERED_COUNTED_MAX}
    return call.page("assurance.html", found=found, limits=limits, known=known)


async def assurance_csv(call: PageCall) -> Response:
    """Give the accounts as a file."""
    await call.note("assurance.download")
    pairs = (await read_assurance(call.connection)).pairs
    return csv_answer(
        "assurance", CSV_COLUMNS, ([getattr(each, name) for name in CSV_COLUMNS] for each in pairs)
    )
