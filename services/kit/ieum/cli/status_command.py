"""`ieum status`: how each agency of the centre is doing, in numbers."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import typer

from ieum.centre.centre_file import Centre, CentreError
from ieum.centre.centre_settings import CentreSettings
from ieum.centre.counts import Counts, read_counts
from ieum.centre.lag import Lag, Places, read_lag
from ieum.cli.addresses import agency_urls, is_ready
from ieum.cli.centres import centre_of, centre_settings
from ieum.cli.exits import Exit
from ieum.cli.output import AsJson, tell, write_json, write_line
from ieum.cli.silences import Silence, silence_reader
from ieum.cli.tables import write_table
from ieum_contracts.address import Address


@dataclass(frozen=True, slots=True)
class AgencyStatus:
    """One agency's numbers; None for what is not known: of a foreign agency, or without its address.

    `lag` is the number of records not taken in, `lag_seconds` the age of the oldest. `silent` are those who
    wait for its answers longer than is usual for it; None where no console has looked.
    """

    agency: str
    foreign: bool
    ready: bool | None
    sent: int | None
    received: int | None
    open: int | None
    closed: int | None
    asks: int | None
    outbox: int | None
    parked: int | None
    quarantined: int | None
    lag: int | None
    lag_seconds: float | None
    url: str | None
    silent: Sequence[Silence] | None


def add_to(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("status")(status)


def status(*, as_json: AsJson = False) -> None:
    """Show of each agency whether it is ready, its referrals, what waits, and whether it has fallen silent.

    Exits 1 when an agency is not ready. Silence is judged by the console, by the agency's own habit.
    Where agencies serve is known of the embedded stack; elsewhere IEUM_URLS has to name them, as
    agency=address,agency=address. Of a foreign agency only how far it reads its mailboxes is known here.
    """
    settings = centre_settings()
    found = asyncio.run(_look(centre_of(settings), settings))
    if as_json:
        write_json([asdict(each) for each in found])
    else:
        columns = ("agency", "ready", "sent", "received", "open", "closed", "asks", "outbox", "parked")
        names = (*columns, "quarantined", "lag", "oldest", "address")
        write_table("Agencies", names, [_row(each) for each in found])
        for silence in (silence for each in found for silence in each.silent or ()):
            write_line(str(silence))
    if any(each.ready is False for each in found):
        raise typer.Exit(Exit.FAILED)


async def _look(centre: Centre, settings: CentreSettings) -> list[AgencyStatus]:
    counts = await _counts(centre.own_addresses(), settings)
    read: dict[Address, Places | None] = {
        address: counts[address].read if address in counts else None for address in centre.addresses()
    }
    try:
        lags = await read_lag(settings, read)
    except CentreError as error:
        tell(f"How far the mailboxes are read is not known. {error}")
        lags = {}
    urls, silences = agency_urls(), await _silences(centre, settings)
    return await asyncio.gather(
        *(
            _status(address, counts.get(address), lags.get(address), urls.get(address.agency), silences)
            for address in centre.addresses()
        )
    )


async def _counts(own: Sequence[Address], settings: CentreSettings) -> dict[Address, Counts]:
    """Count what can be counted; of the rest it is told why. Raises CentreError where nothing can be."""
    found = await asyncio.gather(*(read_counts(settings, each) for each in own), return_exceptions=True)
    counts = {address: each for address, each in zip(own, found, strict=True) if isinstance(each, Counts)}
    for error in found:
        if isinstance(error, BaseException):
            if not counts or not isinstance(error, CentreError):
                raise error
            tell(str(error))
    return counts


async def _silences(centre: Centre, settings: CentreSettings) -> Sequence[Silence] | None:
    read = silence_reader()
    if read is None:
        return None
    try:
        return await read(centre, settings)
    except CentreError as error:
        tell(str(error))
        return None


async def _status(
    address: Address,
    counts: Counts | None,
    lag: Lag | None,
    url: str | None,
    silences: Sequence[Silence] | None,
) -> AgencyStatus:
    mine = None if silences is None else [each for each in silences if each.agency == address.agency]
    return AgencyStatus(
        agency=address.agency,
        foreign=counts is None,
        ready=None if url is None else await is_ready(url),
        sent=None if counts is None else counts.sent,
        received=None if counts is None else counts.received,
        open=None if counts is None else counts.open,
        closed=None if counts is None else counts.closed,
        asks=None if counts is None else counts.asks,
        outbox=None if counts is None else counts.outbox,
        parked=None if counts is None else counts.parked,
        quarantined=None if counts is None else counts.quarantined,
        lag=None if lag is None else lag.records,
        lag_seconds=None if lag is None or lag.seconds is None else round(lag.seconds, 1),
        url=url,
        silent=mine,
    )


def _row(each: AgencyStatus) -> tuple[object, ...]:
    ready = {True: "yes", False: "no", None: "foreign" if each.foreign else "unknown"}[each.ready]
    return (
        *(each.agency, ready, each.sent, each.received, each.open, each.closed, each.asks, each.outbox),
        *(each.parked, each.quarantined, each.lag),
        None if each.lag_seconds is None else f"{each.lag_seconds:.0f} s",
        each.url,
    )
