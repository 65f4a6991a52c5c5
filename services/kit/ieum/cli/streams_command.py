"""`ieum streams`: an operator's actions on waiting streams and held sources, over the HTTP API."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from ieum.cli.exits import CommandError, Exit
from ieum.cli.operator_client import act, command_for, open_api, report, require_seen, sent, troubled
from ieum.cli.output import AsJson, tell, write_json
from ieum.cli.tables import write_table

COLUMNS = ("id", "state", "sequence", "waiting", "reason", "attempts", "retry_at")

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

Agency = Annotated[str, typer.Argument(help="Id of the agency whose operator you are.")]
Stream = Annotated[str, typer.Argument(help="Name of the stream as listed, <peer>.<family>.<key>.")]
Reason = Annotated[
    str, typer.Option(help="Why, as a code (`fold-mended`); it is kept, and told to the peer.")
]
By = Annotated[str, typer.Option(help="Who, by a reference of the agency's own.")]
Number = Annotated[
    int | None, typer.Argument(help="The number that was seen to wait; with --dry-run it may be left out.")
]
WaitedFor = Annotated[
    str | None, typer.Option("--waited-for", help="Code of what it was seen to wait for (`fold.failed`).")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")]
State = Annotated[str | None, typer.Option(help="Only streams in this state (`dead`, `stopped`, …).")]


def add_to(parent: typer.Typer) -> None:
    """Add the commands to the application."""
    parent.add_typer(app, name="streams", help="Show, retry, skip and release what waits at an agency.")


@app.command("list")
def list_streams(agency: Agency, *, state: State = None, as_json: AsJson = False) -> None:
    """List the streams that need attention and the held sources; exits 1 when there are any."""
    with open_api(agency) as api:
        streams = list(troubled(api, state))
        sources = sent(api, "GET", "/v1/sources")["sources"]
    held = [source for source in sources if source.get("held")]
    if as_json:
        write_json({"streams": streams, "sources": sources})
    else:
        write_table(
            f"Streams of {agency}", COLUMNS, [[each.get(name) for name in COLUMNS] for each in streams]
        )
        names = ("source", "held", "held_since", "troubles", "waiting", "held_until", "unkept")
        write_table("Sources", names, [[each.get(name) for name in names] for each in sources])
    if held or any(each["state"] in {"dead", "stopped", "held"} for each in streams):
        raise typer.Exit(Exit.FAILED)


@app.command()
def show(agency: Agency, stream: Stream, *, as_json: AsJson = False) -> None:
    """Show every problem of one stream."""
    with open_api(agency) as api:
        found = [each for each in troubled(api, None) if each["id"] == stream]
    if as_json:
        write_json(found)
    else:
        for each in found:
            write_table(f"{stream}: {each['state']}", ("what", "value"), sorted(each.items()))
    if not found:
        tell(f"Nothing is the matter with the stream {stream} at {agency}.")


@app.command()
def retry(  # noqa: PLR0913 - each is an option of its own
    agency: Agency,
    stream: Annotated[str | None, typer.Argument(help="Name of the stream; none with --all.")] = None,
    number: Number = None,
    *,
    reason: Reason,
    waited_for: WaitedFor = None,
    every: Annotated[str | None, typer.Option("--all", help="All streams that wait for this code.")] = None,
    by: By = "operator",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Retry at once what a stream waits for; a stopped stream goes on."""
    if (stream is None) == (every is None):
        raise CommandError(Exit.USAGE, "Name one stream, or say --all with the code that streams wait for.")
    if stream:
        wish = _seen(number, waited_for, reason, by, dry_run=dry_run)
        _on_one("retry", "retried", agency, stream, wish, as_json=as_json)
        return
    with open_api(agency) as api:
        found = sorted({(s["id"], s["sequence"]) for s in troubled(api, None) if _waits(s, every)})
        done, refused = [], []
        for name, waits in found:
            try:
                wish = _seen(waits, every, reason, by, dry_run=dry_run)
                done.append(act(api, f"/v1/streams/{name}/retry", wish))
            except CommandError as error:
                refused.append(error)
    report(done, "retried", dry_run=dry_run, as_json=as_json)
    for each in refused:
        tell(str(each))
    if refused:
        raise typer.Exit(max(each.code for each in refused))


@app.command()
def skip(  # noqa: PLR0913 - each is an option of its own
    agency: Agency,
    stream: Stream,
    number: Number = None,
    *,
    reason: Reason,
    waited_for: WaitedFor = None,
    by: By = "operator",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Skip exactly one number that cannot be applied, the one that is named; the sender is notified."""
    wish = _seen(number, waited_for, reason, by, dry_run=dry_run)
    _on_one("skip", "skipped", agency, stream, wish, as_json=as_json)


@app.command()
def elevate(
    agency: Agency,
    *,
    reason: Annotated[str, typer.Option(help="Why, as a code; it stands in the access log.")],
    as_json: AsJson = False,
) -> None:
    """Elevate yourself at an agency for an hour: without that nothing can be skipped."""
    with open_api(agency) as api:
        done = act(api, "/v1/elevations", {"reason": reason})
    if as_json:
        write_json(done)
        return
    tell(f"{done['subject']} may skip at {agency} until {done['until']}.")


@app.command()
def release(
    agency: Agency,
    source: Annotated[str, typer.Argument(help="Id of the other agency, whose events are held.")],
    held_since: Annotated[
        str | None,
        typer.Argument(help="Since when it was seen to be held; with --dry-run it may be left out."),
    ] = None,
    *,
    reason: Reason,
    by: By = "operator",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Release a held source, so that its waiting events go on."""
    require_seen(held_since, "since when it was seen to be held", dry_run=dry_run)
    wish = {"reason": reason, "by": by, "dry_run": dry_run, "held_since": held_since}
    with open_api(agency) as api:
        done = act(api, f"/v1/sources/{source}/release", wish)
    if dry_run:
        done["repeat"] = command_for("release", agency, source, done["held_since"], reason=reason, by=by)
    report([done], "released", dry_run=dry_run, as_json=as_json)


def _seen(
    number: int | None,
    waited_for: str | None,
    reason: str,
    by: str,
    *,
    dry_run: bool,
) -> dict[str, Any]:
    require_seen(number, "the number that was seen to wait", dry_run=dry_run)
    return {"reason": reason, "by": by, "dry_run": dry_run, "sequence": number, "waited_for": waited_for}


def _on_one(
    verb: str,
    what: str,
    agency: str,
    stream: str,
    wish: dict[str, Any],
    *,
    as_json: bool,
) -> None:
    """Act on one stream; a dry run shows the command that acts on exactly what was seen."""
    with open_api(agency) as api:
        done = act(api, f"/v1/streams/{stream}/{verb}", wish)
    if wish["dry_run"]:
        seen = (agency, stream, done["sequence"])
        waits = {"waited_for": done["waited_for"]} if done["waited_for"] else {}
        done["repeat"] = command_for(verb, *seen, **waits, reason=wish["reason"], by=wish["by"])
    report([done], what, dry_run=wish["dry_run"], as_json=as_json)


def _waits(stream: Mapping[str, Any], reason: str | None) -> bool:
    return stream["reason"] == reason and stream["state"] in {"parked", "dead", "stopped"}
