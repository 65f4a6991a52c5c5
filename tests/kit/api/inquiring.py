"""Inquiries as agency systems post them, and what of them stands in the ledger."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic_core import from_json

from tests.kit.api.agency_api import Api, settle

SAID = "select body from ledger where key = $1 and said and body is not null"


def facts(**values: object) -> dict[str, Any]:
    """Write circumstances as the client states them."""
    return {name: {"value": value, "source": "stated"} for name, value in values.items()}


async def inquire(api: Api, circumstances: Mapping[str, Any], **order: object) -> dict[str, Any]:
    """Ask, and return what the call answers."""
    made = await api.post("/v1/inquiries", {"sealed": {"circumstances": circumstances}, **order})
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    assert made.headers["location"] == f"/v1/inquiries/{found['id']}"
    return found


async def answered(api: Api, other: Api, circumstances: Mapping[str, Any], **order: object) -> dict[str, Any]:
    """Ask, carry everything to and fro, and return what the asker reads then."""
    made = await inquire(api, circumstances, **order)
    await settle(api, other)
    found: dict[str, Any] = (await api.http.get(f"/v1/inquiries/{made['id']}")).json()
    return found


async def asked(api: Api, inquiry: str) -> dict[str, Any]:
    """Return the body that was said under an inquiry's key."""
    async with api.database.acquire() as connection:
        body: dict[str, Any] = from_json(await connection.fetchval(SAID, UUID(inquiry)))
    return body


async def bodies(api: Api, key: str) -> int:
    """Count the bodies that an agency's ledger still holds under a key."""
    counting = "select count(*) from ledger where key = $1 and body is not null"
    async with api.database.acquire() as connection:
        return int(await connection.fetchval(counting, UUID(key)))
