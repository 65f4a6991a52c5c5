"""Checks of Host, Origin, path and Accept, before any route: whether a request is for this service.

A token says who calls, not from where. A web page that a worker has open can reach the service through the
browser, under its own name that is made to point here (DNS rebinding), or as a foreign origin, and would
then act with whatever the browser holds. Browsers show both in headers that pages cannot change.
"""

import functools
import ipaddress
import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from starlette.types import Scope

from ieum.api.http import connection_limits
from ieum.api.problems import http_kinds
from ieum.api.problems.field_errors import FieldError
from ieum.api.problems.request_kinds import (
    FOREIGN_ORIGIN,
    HOST_MISSING,
    MISDIRECTED,
    NOT_ACCEPTABLE,
    OVERLOADED,
)
from ieum.api.problems.response import Problem

LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})
PAGES = ("/docs", "/problems")
"""Pages for people: links from other sites may lead to them."""
REMEMBERED = 128

_AUTHORITY = re.compile(r"(\[[0-9a-f:.]{2,45}\]|[a-z0-9._-]{1,253})(?::([0-9]{0,5}))?")
_ORIGIN = re.compile(r"(https?)://([^/]*)")
_PORTS = {"http": 80, "https": 443}
_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})|%2[Ff]|%5[Cc]|%00")
_NO_WEIGHT = re.compile(r"(?:^|;)\s*q\s*=\s*0(?:\.0*)?\s*(?:;|$)")
EVENT_STREAM = "text/event-stream"
STREAMING = "/v1/inquiries/"
"""Paths that can be followed as an event stream as well."""
_EVENTS = frozenset({EVENT_STREAM})
_NAMED_JSON = frozenset({"application/json"})
_JSON = frozenset({"*/*", "application/*", "application/json", "application/problem+json"})
_ALSO_CSV = _JSON | {"text/*", "text/csv"}
CALENDAR_PATH = "/v1/due.ics"
_CALENDAR = frozenset({"*/*", "text/*", "text/calendar"})
_TABLES = "/v1/reports/"
"""Paths under it give tables, as JSON or as CSV."""
_LOOKED_AT = frozenset(
    {b"host", b"origin", b"sec-fetch-site", b"sec-fetch-mode", b"sec-fetch-dest", b"accept"}
)
_OURS = frozenset({"same-origin", "none"})
Authority = tuple[str, int | None]


def admit(scope: Scope, hosts: AbstractSet[str]) -> None:
    """Check a request; raises Problem for one to another host, from another origin, or over the limit."""
    given: dict[bytes, list[str]] = {}
    for name, value in scope["headers"]:
        if name in _LOOKED_AT:
            given.setdefault(name, []).append(value.decode("latin-1"))
    path: str = scope["path"]
    host = _host_of(given.get(b"host", ()))
    if host is None:
        if scope["http_version"] != "1.0" or path not in connection_limits.HEALTH_PATHS:
            raise Problem(HOST_MISSING)
    elif host[0] not in hosts and not (path in connection_limits.HEALTH_PATHS and _is_address(host[0])):
        raise Problem(MISDIRECTED)
    if b"origin" in given or b"sec-fetch-site" in given:
        _check_origin(scope, given, host)
    _check_escapes(scope)
    if b"accept" in given and path.startswith("/v1/") and not _is_acceptable(scope, given[b"accept"]):
        raise Problem(NOT_ACCEPTABLE)
    if connection_limits.OVERLOADED in scope:
        raise Problem(OVERLOADED)


def _check_escapes(scope: Scope) -> None:
    """Refuse what two readers would read in two ways, and NUL, which a database does not take."""
    if b"%" in (scope.get("raw_path") or b"") and _BAD_ESCAPE.search(scope["raw_path"]):
        raise Problem(http_kinds.QUERY, {"errors": [FieldError("path", "path", "percent-encoding")]})
    if b"%00" in scope["query_string"]:
        raise Problem(http_kinds.QUERY, {"errors": [FieldError("query", "?", "percent-encoding")]})


@functools.lru_cache(REMEMBERED)
def authority(text: str) -> Authority | None:
    """Parse name and port of a host; None if invalid. All ways to write one address become one name."""
    found = _AUTHORITY.fullmatch(text.strip().lower())
    if found is None:
        return None
    name, port = found[1], int(found[2]) if found[2] else None  # a port may be empty (RFC 3986 3.2.3)
    if name.startswith("["):
        try:
            name = f"[{ipaddress.IPv6Address(name[1:-1])}]"
        except ValueError:
            return None
    return name, port


def _host_of(given: Sequence[str]) -> Authority | None:
    """Read the one Host header; None without one. Raises Problem for a second or an invalid one."""
    if not given:
        return None
    found = authority(given[0])
    if len(given) > 1 or found is None:
        raise Problem(HOST_MISSING)
    return found


def _check_origin(scope: Scope, given: Mapping[bytes, Sequence[str]], host: Authority | None) -> None:
    """Refuse requests from another origin's page; clients other than browsers do not send these headers."""
    origins = given.get(b"origin", ())
    if origins and (len(origins) > 1 or not _is_ours(origins[0], host)):
        raise Problem(FOREIGN_ORIGIN)
    if not _OURS.issuperset(given.get(b"sec-fetch-site", ())) and not _is_followed_link(scope, given):
        raise Problem(FOREIGN_ORIGIN)


def _is_ours(origin: str, host: Authority | None) -> bool:
    found = _ORIGIN.fullmatch(origin.strip().lower())
    theirs = None if found is None else authority(found[2])
    if found is None or theirs is None or host is None:
        return False
    usual = _PORTS[found[1]]
    return (theirs[0], theirs[1] or usual) == (host[0], host[1] or usual)


def _is_followed_link(scope: Scope, given: Mapping[bytes, Sequence[str]]) -> bool:
    path: str = scope["path"]
    return (
        scope["method"] in {"GET", "HEAD"}
        and given.get(b"sec-fetch-mode") == ["navigate"]
        and given.get(b"sec-fetch-dest", ["document"]) == ["document"]
        and any(path == page or path.startswith(f"{page}/") for page in PAGES)
    )


def wants_event_stream(accept: Sequence[str]) -> bool:
    """Whether a client names event streams in Accept, and not JSON."""
    given = ", ".join(accept)
    return _takes(given, _EVENTS) and not _takes(given, _NAMED_JSON)


def _is_acceptable(scope: Scope, accept: Sequence[str]) -> bool:
    given = ", ".join(accept)
    streams = scope["method"] in {"GET", "HEAD"} and scope["path"].startswith(STREAMING)
    can_be = _ALSO_CSV if scope["path"].startswith(_TABLES) else _JSON
    can_be = _CALENDAR if scope["path"] == CALENDAR_PATH else can_be
    return not given.strip(" ,") or _takes(given, can_be) or (streams and _takes(given, _EVENTS))


@functools.lru_cache(REMEMBERED)
def _takes(accept: str, media_types: frozenset[str]) -> bool:
    """Whether a client accepts one of these, with a weight above zero."""
    entries = [each.lower().partition(";") for each in accept.split(",") if each.strip()]
    return any(
        media_type.strip() in media_types and not _NO_WEIGHT.search(parameters)
        for media_type, _, parameters in entries
    )


def _is_address(name: str) -> bool:
    """Whether a name is an IP address, as container probes use: no web page can have one as its name."""
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True
