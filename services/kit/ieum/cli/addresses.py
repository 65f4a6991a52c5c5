"""The addresses of the agencies' APIs: from IEUM_URLS, else those of the centre in this folder."""

import os
from http import HTTPStatus
from urllib.parse import urlsplit

import httpx

from ieum.cli.centres import names_centre
from ieum.cli.exits import CommandError, Exit
from ieum.cli.local_centre import find_local_centre

ANSWER_SECONDS_MAX = 3.0
VARIABLE = "IEUM_URLS"


def agency_urls() -> dict[str, str]:
    """Map agencies to the addresses of their APIs; unknown ones are missing."""
    told = os.environ.get(VARIABLE)
    if told:
        return dict(_pair(entry) for entry in told.split(","))
    if names_centre():  # the commands are about that centre, not about the one of this folder
        return {}
    local = find_local_centre()
    return {} if local is None else dict(local.agency_urls())


async def is_ready(url: str) -> bool:
    """Ask a service whether it is ready."""
    async with httpx.AsyncClient(timeout=ANSWER_SECONDS_MAX, trust_env=False) as client:
        try:
            answer = await client.get(f"{url}/health/ready")
        except httpx.TransportError:
            return False
    return answer.status_code == HTTPStatus.OK


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _pair(entry: str) -> tuple[str, str]:
    agency, equals, url = entry.strip().partition("=")
    if not equals or not _is_address(url):
        raise CommandError(
            Exit.USAGE, f"{VARIABLE} is a list as agency=http://host:port,agency=http://host:port."
        )
    return agency, url.rstrip("/")
