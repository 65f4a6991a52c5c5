"""Contracts: programmes by agency, and the event types and schemas that each agency speaks."""

from starlette.responses import Response

from ieum.api.http.csv_answer import csv_answer
from ieum_console.pages.page_call import PageCall
from ieum_console.pages.words import event_words
from ieum_console.projection.contracts import ROWS_MAX, read_contracts

CSV_COLUMNS = ("agency", "type", "dataschema", "records", "first_at", "last_at", "known", "same_schema")


async def contracts(call: PageCall) -> Response:
    """Show what agencies offer and speak."""
    found = await read_contracts(call.connection)
    return call.page("contracts.html", found=found, event_words=event_words, rows_max=ROWS_MAX)


async def contracts_csv(call: PageCall) -> Response:
    """Give the spoken types as a file."""
    await call.note("contracts.download")
    spoken = (await read_contracts(call.connection)).spoken
    return csv_answer(
        "contracts", CSV_COLUMNS, ([getattr(each, name) for name in CSV_COLUMNS] for each in spoken)
    )
