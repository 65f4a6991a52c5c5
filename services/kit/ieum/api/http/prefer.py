"""The header Prefer (RFC 7240), of which one preference is known: `dry-run`."""

import re

from starlette.requests import Request

DRY_RUN = "dry-run"
APPLIED = {"preference-applied": DRY_RUN}

_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')


def prefers_dry_run(request: Request) -> bool:
    """Whether a request asks what would happen; a value given to the preference changes nothing.

    To do nothing where work was meant can be repaired; to send what was only to be tried cannot.
    """
    lines = ",".join(request.headers.getlist("prefer"))
    named = (each.partition(";")[0].partition("=")[0] for each in _QUOTED.sub("", lines).split(","))
    return any(each.strip().lower() == DRY_RUN for each in named)
