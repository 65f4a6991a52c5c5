"""`ieum streams`: what an agency's operator does about streams and sources that wait, over its HTTP API."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any
from uuid import uuid4

import httpx
import typer

from ieum.cli.addresses import agency_urls
from ieum.cli.exits import CommandError, Exit
from ieum.cli.output import AsJson, tell, write_json
from ieum.cli.tables import write_table

ANSWER_SECONDS_MAX = 15.0
PAGE = 200
PAGES_MAX = 1_000
COLUMNS = ("id", "state", "sequence", "waiting", "reason", "attempts", "retry_at")

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

Agency = Annotated[str, typer.Argument(help="Id of the agency whose operator you are.")]
Stream = Annotated[str, typer.Argument(help="Name of the stream as listed, <peer>.<family>.<key>.")]
Reason = Annotated[
    str, typer.Option(help="Why, as a code (`fold-mended`); it is kept, and told to the peer.")
]
By = Annotated[str, typer.Option(help="Who, by a reference of the agency's own.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")]
State = Annotated[str | None, typer.Option(help="Only streams in this state (`dead`, `stopped`, …).")]


def add_to(parent: typer.Typer) -> None:
    """Put the commands into the application."""
    parent.add_typer(app, name="streams", help="Show, retry, skip and release what waits at an agency.")


@app.command("list")
def list_streams(agency: Agency, *, state: State = None, as_json: AsJson = False) -> None:
    """List the streams that need somebody, and the sources that are held; exits 1 when there are any."""
    with _api(agency) as api:
        streams = list(_streams(api, state))
        sources = _sent(api, "GET", "/v1/sources")["sources"]
    held = [source for source in sources if source.get("held")]
    if as_json:
        write_json({"streams": streams, "sources": sources})
    else:
        write_table(
            f"Streams of {agency}", COLUMNS, [[each.get(name) for name in COLUMNS] for each in streams]
        )
        names = ("source", "held", "troubles", "waiting", "held_until", "unkept")
        write_table("Sources", names, [[each.get(name) for name in names] for each in sources])
    if held or any(each["state"] in {"dead", "stopped", "held"} for each in streams):
        raise typer.Exit(Exit.FAILED)


@app.command()
def show(agency: Agency, stream: Stream, *, as_json: AsJson = False) -> None:
    """Show all that is the matter with one stream."""
    with _api(agency) as api:
        found = [each for each in _streams(api, None) if each["id"] == stream]
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
    *,
    reason: Reason,
    every: Annotated[str | None, typer.Option("--all", help="All streams that wait for this code.")] = None,
    by: By = "operator",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Let a stream try again at once what it waits for; one that is stopped goes on."""
    if (stream is None) == (every is None):
        raise CommandError(Exit.USAGE, "Name one stream, or say --all with the code that streams wait for.")
    with _api(agency) as api:
        names = [stream] if stream else sorted({s["id"] for s in _streams(api, None) if _waits(s, every)})
        done = [_act(api, f"/v1/streams/{name}/retry", reason, by, dry_run=dry_run) for name in names]
    _report(done, "retried", dry_run=dry_run, as_json=as_json)


@app.command()
def skip(  # noqa: PLR0913 - each is an option of its own
    agency: Agency,
    stream: Stream,
    *,
    reason: Reason,
    by: By = "operator",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Pass over exactly one number that cannot be applied; the sender is told."""
    with _api(agency) as api:
        done = [_act(api, f"/v1/streams/{stream}/skip", reason, by, dry_run=dry_run)]
    _report(done, "skipped", dry_run=dry_run, as_json=as_json)


@app.command()
def release(  # noqa: PLR0913 - each is an option of its own
    agency: Agency,
    source: Annotated[str, typer.Argument(help="Id of the other agency, whose events are held.")],
    *,
    reason: Reason,
    by: By = "operator",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Let everything that waits from a held source go on."""
    with _api(agency) as api:
        done = [_act(api, f"/v1/sources/{source}/release", reason, by, dry_run=dry_run)]
    _report(done, "released", dry_run=dry_run, as_json=as_json)


def _api(agency: str) -> httpx.Client:
    urls = agency_urls()
    if agency not in urls:
        raise CommandError(
            Exit.USAGE,
            f"It is not known where {agency} serves. Start it here with `ieum demo` or `ieum run`, or say "
            f"IEUM_URLS={agency}=<address>.",
        )
    return httpx.Client(base_url=urls[agency], timeout=ANSWER_SECONDS_MAX, trust_env=False)


def _waits(stream: Mapping[str, Any], reason: str | None) -> bool:
    return stream["reason"] == reason and stream["state"] in {"parked", "dead", "stopped"}


def _streams(api: httpx.Client, state: str | None) -> Iterator[dict[str, Any]]:
    wanted: dict[str, str] = {"limit": str(PAGE), **({"state": state} if state else {})}
    for _ in range(PAGES_MAX):
        page = _sent(api, "GET", "/v1/streams", params=wanted)
        yield from page["streams"]
        if page.get("next") is None:
            return
        wanted["cursor"] = page["next"]


def _act(api: httpx.Client, path: str, reason: str, by: str, *, dry_run: bool) -> dict[str, Any]:
    body = {"reason": reason, "by": by, "dry_run": dry_run}
    return _sent(api, "POST", path, json=body, headers={"idempotency-key": str(uuid4())})


def _sent(api: httpx.Client, method: str, path: str, **request: Any) -> dict[str, Any]:
    try:
        answer = api.request(method, path, **request)
    except httpx.TransportError as error:
        raise CommandError(
            Exit.UNREACHABLE,
            f"{api.base_url} does not answer ({error}). Is the service up? See `ieum status`.",
        ) from error
    content: dict[str, Any] = answer.json()
    if answer.is_success:
        return content
    detail = content.get("detail_en", "The agency's API gave no reason.")
    code = Exit.UNREACHABLE if answer.is_server_error else Exit.REFUSED
    raise CommandError(code, f"{method} {path}: {detail}")


def _report(done: list[dict[str, Any]], what: str, *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        write_json(done)
    elif done:
        names = tuple(name for name in done[0] if name != "dry_run")
        write_table("Would be done" if dry_run else "Done", names, [[d.get(n) for n in names] for d in done])
    tell(f"{len(done)} would be {what}." if dry_run else f"{len(done)} {what}.")
