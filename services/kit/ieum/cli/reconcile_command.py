"""`ieum reconcile`: whether the ledgers of all agencies agree and no work is left."""

import asyncio
from typing import Annotated

import typer

from ieum.centre.accounting import Accounts
from ieum.centre.reconcile import settled
from ieum.cli.centres import centre_of, centre_settings
from ieum.cli.exits import Exit
from ieum.cli.output import AsJson, tell, write_json, write_line


def add_to(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("reconcile")(reconcile)


def reconcile(
    *,
    wait: Annotated[
        float, typer.Option(min=0, max=3600, help="Seconds to wait for what is still under way.")
    ] = 0.0,
    as_json: AsJson = False,
) -> None:
    """Compare the agencies' databases: last said with last heard, states, asks, room, what is left waiting.

    An ask that both sides know waits for a worker and is counted; foreign agencies have no database here.
    Exits 1 and names each difference. While events are under way there are differences; see --wait.
    """
    settings = centre_settings()
    accounts = asyncio.run(settled(centre_of(settings), settings, wait))
    if as_json:
        write_json(_as_json(accounts))
    else:
        for sentence in accounts.sentences:
            write_line(sentence)
    tell(
        f"{accounts.streams} streams, {accounts.said} events said, {accounts.heard} heard, "
        f"{accounts.asks} ask(s) wait for a worker, {accounts.inquiries} inquiries are kept, "
        f"{len(accounts.differences)} difference(s)."
    )
    if accounts.foreign:
        tell(f"Foreign, and not compared: {', '.join(accounts.foreign)}.")
    if accounts.differences:
        raise typer.Exit(Exit.FAILED)


def _as_json(accounts: Accounts) -> dict[str, object]:
    return {
        "streams": accounts.streams,
        "said": accounts.said,
        "heard": accounts.heard,
        "referrals": dict(accounts.referrals),
        "open_asks": accounts.asks,
        "inquiries": accounts.inquiries,
        "foreign": list(accounts.foreign),
        "differences": [
            {"kind": each.kind, "agency": each.agency, "key": each.key, "sentence": each.sentence}
            for each in accounts.differences
        ],
    }
