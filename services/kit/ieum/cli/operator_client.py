"""An operator's calls to an agency's API: list what waits, act on it, and show the result."""

import shlex
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

import httpx

from ieum.access.callers import Role
from ieum.cli.access_tokens import authorization
from ieum.cli.addresses import agency_urls
from ieum.cli.exits import CommandError, Exit
from ieum.cli.output import tell, write_json, write_line
from ieum.cli.tables import write_table

ANSWER_SECONDS_MAX = 15.0
PAGE = 200
PAGES_MAX = 1_000


def open_api(agency: str, role: Role = Role.OPERATOR) -> httpx.Client:
    """Open a client of an agency's API in a role; raises CommandError without its address or a token."""
    urls = agency_urls()
    if agency not in urls:
        raise CommandError(
            Exit.USAGE,
            f"It is not known where {agency} serves. Start it here with `ieum demo` or `ieum run`, or say "
            f"IEUM_URLS={agency}=<address>.",
        )
    headers = authorization(agency, role)
    return httpx.Client(base_url=urls[agency], headers=headers, timeout=ANSWER_SECONDS_MAX, trust_env=False)


def troubled(api: httpx.Client, state: str | None) -> Iterator[dict[str, Any]]:
    """Yield the streams that need attention, page by page."""
    wanted: dict[str, str] = {"limit": str(PAGE), **({"state": state} if state else {})}
    for _ in range(PAGES_MAX):
        page = sent(api, "GET", "/v1/streams", params=wanted)
        yield from page["streams"]
        if page.get("next") is None:
            return
        wanted["cursor"] = page["next"]


def act(api: httpx.Client, path: str, wish: Mapping[str, Any]) -> dict[str, Any]:
    """Send a POST with a new Idempotency-Key; None values are left out."""
    body = {name: value for name, value in wish.items() if value is not None}
    return sent(api, "POST", path, json=body, headers={"idempotency-key": str(uuid4())})


def sent(api: httpx.Client, method: str, path: str, **request: Any) -> dict[str, Any]:
    """Call the API; raises CommandError with the API's own text when it refuses, or when nothing answers."""
    return content_of(answered(api, method, path, **request))


def answered(api: httpx.Client, method: str, path: str, **request: Any) -> httpx.Response:
    """Return the API's answer; raises CommandError as `sent`."""
    try:
        answer = api.request(method, path, **request)
    except httpx.TransportError as error:
        raise CommandError(
            Exit.UNREACHABLE, f"{api.base_url} does not answer ({error}). Look with `ieum status`."
        ) from error
    if answer.is_success:
        return answer
    content = content_of(answer)
    fields = (f"{each.get('field')}: {each.get('detail_en')}" for each in content.get("errors", ()))
    detail = " ".join([content.get("detail_en", "The agency's API gave no reason."), *fields])
    code = Exit.UNREACHABLE if answer.is_server_error else Exit.REFUSED
    raise CommandError(code, f"{method} {path}: {detail}")


def content_of(answer: httpx.Response) -> dict[str, Any]:
    """Read an answer as a JSON object; raises CommandError when something else answers at the address."""
    try:
        content = answer.json()
    except ValueError:
        content = None
    if isinstance(content, dict):
        return content
    kind = answer.headers.get("content-type", "no content type")
    raise CommandError(
        Exit.UNREACHABLE,
        f"{answer.request.url} answered {answer.status_code} with {kind}, not with a JSON object: this is no "
        "agency's API, or a proxy answers for it. Check the address in IEUM_URLS.",
    )


def require_seen(seen: object, what: str, *, dry_run: bool) -> None:
    """Raise CommandError when an action does not name what the operator has seen."""
    if seen is None and not dry_run:
        raise CommandError(
            Exit.USAGE,
            f"Name {what}: nothing else is acted upon. --dry-run shows it, and the command.",
        )


def command_for(verb: str, *arguments: object, **options: str) -> str:
    """Return the command that acts on what was seen."""
    named = [part for name, value in options.items() for part in (f"--{name.replace('_', '-')}", value)]
    return shlex.join(["ieum", "streams", verb, *map(str, arguments), *named])


def report(done: list[dict[str, Any]], what: str, *, dry_run: bool, as_json: bool) -> None:
    """Show what was done, or in a dry run would be done, and the command for it."""
    if as_json:
        write_json(done)
    elif done:
        names = tuple(name for name in done[0] if name not in {"dry_run", "repeat"})
        write_table("Would be done" if dry_run else "Done", names, [[d.get(n) for n in names] for d in done])
        for each in done:
            if "repeat" in each:
                write_line(each["repeat"])
    tell(f"{len(done)} would be {what}." if dry_run else f"{len(done)} {what}.")
