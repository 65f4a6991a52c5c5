"""Where the agencies' APIs are: as IEUM_URLS says, else where the embedded stack's services listen."""

import json
import os
from http import HTTPStatus

import httpx

from ieum.cli.centres import is_told
from ieum.cli.exits import CommandError, Exit

ANSWER_SECONDS_MAX = 3.0
VARIABLE = "IEUM_URLS"


def agency_urls() -> dict[str, str]:
    """Map agencies to the addresses of their APIs; those of which nothing is known are missing."""
    told = os.environ.get(VARIABLE)
    if told:
        return dict(_pair(entry) for entry in told.split(","))
    if is_told():  # the commands are about that centre, not about the one of this folder
        return {}
    try:
        from ieum_lab.embedded.ports import LOOPBACK  # noqa: PLC0415 - a server has no embedded stack
        from ieum_lab.embedded.stack import state_folder  # noqa: PLC0415
    except ModuleNotFoundError:
        return {}
    path = state_folder() / "services.json"
    ports: dict[str, int] = json.loads(path.read_bytes()) if path.exists() else {}
    return {agency: f"http://{LOOPBACK}:{port}" for agency, port in ports.items()}


async def is_ready(url: str) -> bool:
    """Ask a service whether it is ready to work."""
    async with httpx.AsyncClient(timeout=ANSWER_SECONDS_MAX, trust_env=False) as client:
        try:
            answer = await client.get(f"{url}/health/ready")
        except httpx.TransportError:
            return False
    return answer.status_code == HTTPStatus.OK


def _pair(entry: str) -> tuple[str, str]:
    agency, equals, url = entry.strip().partition("=")
    if not equals or not url.startswith(("http://", "https://")):
        raise CommandError(
            Exit.USAGE, f"{VARIABLE} is a list as agency=http://host:port,agency=http://host:port."
        )
    return agency, url.rstrip("/")
