"""`ieum status`: how each agency of the centre is doing, in numbers."""

import asyncio
from dataclasses import asdict, dataclass

import typer

from ieum.centre.centre_file import Centre
from ieum.centre.centre_settings import CentreSettings
from ieum.centre.snapshot import Snapshot, read_books
from ieum.cli.addresses import agency_urls, is_ready
from ieum.cli.centres import centre_of, centre_settings
from ieum.cli.exits import Exit
from ieum.cli.output import AsJson, write_json
from ieum.cli.tables import write_table
from ieum_contracts.address import Address
from ieum_contracts.codes import State
from ieum_contracts.lifecycle.table import ENDED


@dataclass(frozen=True, slots=True)
class AgencyStatus:
    """One agency's numbers; `ready` is None where it is not known where the agency serves."""

    agency: str
    ready: bool | None
    sent: int
    received: int
    open: int
    closed: int
    asks: int
    outbox: int
    parked: int
    quarantined: int
    url: str | None


def add_to(app: typer.Typer) -> None:
    """Put the command into the application."""
    app.command("status")(status)


def status(*, as_json: AsJson = False) -> None:
    """Show of each agency whether it is ready, its referrals, and what waits; exits 1 when one is not ready.

    Where agencies serve is known of the embedded stack; elsewhere IEUM_URLS has to name them, as
    agency=address,agency=address.
    """
    settings = centre_settings()
    found = asyncio.run(_look(centre_of(settings), settings))
    if as_json:
        write_json([asdict(each) for each in found])
    else:
        columns = ("agency", "ready", "sent", "received", "open", "closed", "asks", "outbox", "parked")
        rows = [(*_row(each), each.quarantined, each.url) for each in found]
        write_table("Agencies", (*columns, "quarantined", "address"), rows)
    if any(each.ready is False for each in found):
        raise typer.Exit(Exit.FAILED)


async def _look(centre: Centre, settings: CentreSettings) -> list[AgencyStatus]:
    urls = agency_urls()
    return await asyncio.gather(
        *(_status(settings, address, urls.get(address.agency)) for address in centre.addresses())
    )


async def _status(settings: CentreSettings, address: Address, url: str | None) -> AgencyStatus:
    books: Snapshot = await read_books(settings, address)
    copies = books.referrals.values()
    ended = sum(State(copy.state) in ENDED for copy in copies)
    return AgencyStatus(
        agency=address.agency,
        ready=None if url is None else await is_ready(url),
        sent=sum(not copy.is_recipient for copy in copies),
        received=sum(copy.is_recipient for copy in copies),
        open=len(copies) - ended,
        closed=ended,
        asks=sum(len(copy.open_asks) for copy in copies),
        outbox=len(books.outbox),
        parked=len(books.parked),
        quarantined=len(books.quarantine),
        url=url,
    )


def _row(each: AgencyStatus) -> tuple[object, ...]:
    ready = {True: "yes", False: "no", None: "unknown"}[each.ready]
    return (
        *(each.agency, ready, each.sent, each.received, each.open, each.closed),
        *(each.asks, each.outbox, each.parked),
    )
