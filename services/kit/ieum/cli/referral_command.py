"""`ieum referral show`: one referral, from the APIs of the agencies that know it."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

import httpx
import typer
from pydantic import JsonValue

from ieum.access.callers import Role
from ieum.cli.access_tokens import authorization
from ieum.cli.addresses import ANSWER_SECONDS_MAX, agency_urls
from ieum.cli.exits import CommandError, Exit
from ieum.cli.operator_client import content_of
from ieum.cli.output import AsJson, tell, write_json, write_line
from ieum.observe.words import words_for

Json = dict[str, JsonValue]

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


def add_to(parent: typer.Typer) -> None:
    """Add the commands to the application."""
    parent.add_typer(app, name="referral", help="Look at one referral.")


@app.callback()
def referral() -> None:
    """Look at one referral."""


@app.command()
def show(
    referral: Annotated[UUID, typer.Argument(metavar="ID", help="The referral's id.")],
    *,
    agency: Annotated[str | None, typer.Option(help="Ask this agency alone.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show where a referral stands at each of its two sides, and its history; no client's details."""
    found = {name: told for name, told in _ask_all(referral, agency).items() if told is not None}
    if not found:
        raise CommandError(
            Exit.REFUSED, f"No agency that was asked knows the referral {referral}. Check the id."
        )
    if as_json:
        write_json(found)
        return
    for name, told in found.items():
        for line in _lines(name, told):
            write_line(line)


def _ask_all(referral: UUID, agency: str | None) -> dict[str, Json | None]:
    urls = agency_urls()
    chosen = urls if agency is None else {name: url for name, url in urls.items() if name == agency}
    if not chosen:
        raise CommandError(
            Exit.UNREACHABLE,
            "It is not known where the agencies serve. Start them (`ieum demo`), or name their addresses: "
            "IEUM_URLS=agency=http://host:port,….",
        )
    found: dict[str, Json | None] = {}
    with httpx.Client(timeout=ANSWER_SECONDS_MAX, trust_env=False) as client:
        for name, url in chosen.items():
            try:
                found[name] = _ask(client, f"{url}/v1/referrals/{referral}", name)
            except httpx.TransportError as error:
                tell(f"{name} at {url} does not answer ({type(error).__name__}).")
    if not found:
        raise CommandError(
            Exit.UNREACHABLE, "No agency answers. Look whether they run: `ieum status`, `ieum stack status`."
        )
    return found


def _ask(client: httpx.Client, url: str, agency: str) -> Json | None:
    """Ask one agency, and leave client details out; None when it does not know the referral."""
    answer = client.get(url, headers=authorization(agency, Role.SUPERVISOR))
    if answer.status_code == HTTPStatus.NOT_FOUND:
        return None
    told: Json = content_of(answer)
    if answer.status_code != HTTPStatus.OK:
        raise CommandError(Exit.REFUSED, f"{url} answered {answer.status_code}: {told.get('detail_en')}")
    requested = told.get("requested")
    if isinstance(requested, dict):
        told["requested"] = {name: value for name, value in requested.items() if name != "sealed"}
    told["history"] = [
        {name: value for name, value in entry.items() if name != "data"}
        for entry in _entries(told.get("history"))
    ]
    return told


def _entries(history: JsonValue) -> list[Json]:
    return [entry for entry in history if isinstance(entry, dict)] if isinstance(history, list) else []


def _lines(agency: str, told: Json) -> list[str]:
    asks, allowed = told.get("open_asks"), told.get("allowed")
    moves = ", ".join(map(str, allowed)) if isinstance(allowed, list) else ""
    head = (
        f"{agency} ({told.get('role')}): {told.get('state')}, {told.get('programme')}, "
        f"{'to' if told.get('role') == 'sender' else 'from'} {told.get('peer')}"
    )
    open_asks = len(asks) if isinstance(asks, list) else 0
    return [
        head,
        f"  version {told.get('version')}, open asks {open_asks}, allowed now: {moves or 'nothing'}",
        *(
            f"  {entry.get('at')}  {entry.get('direction'):5}  {words_for(str(entry.get('type')))}"
            for entry in _entries(told.get("history"))
        ),
    ]
