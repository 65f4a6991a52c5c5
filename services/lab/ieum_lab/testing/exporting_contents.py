"""Exports what an agency noted and works with: details of referrals, as digests, and how its cases stand."""

import hashlib
from collections.abc import AsyncIterator

from asyncpg import Connection
from pydantic_core import from_json

from ieum_contracts import envelope
from ieum_contracts.lifecycle import ENDED
from ieum_lab.testing.outside_facts import Amended, CaseStands, Detailed

AMENDED = "referral.amended.v1"
NOTED = "referral.amendment-noted.v1"
_ANSWERS = "select key, headers from ledger where said and type = $1"
_AMENDED = """
select key, sequence, event_id, body from ledger where not said and type = $1 and body is not null
    and fate = 'applied'
"""
_DETAILS = "select id, sealed from referral where recipient and sealed is not null"
_CASES = """
select c.id, c.closed_at is not null as closed, (
    select count(*) from referral r where r.case_id = c.id and r.recipient and r.state <> all($1::text[])
) as not_ended
from case_file c
"""


async def export_contents(connection: Connection, me: str) -> AsyncIterator[Amended | Detailed | CaseStands]:
    """Return what an agency noted of details, what it has of them, and how its cases stand."""
    noted = {envelope.read(envelope.from_canonical(row[1])).causation for row in await _said(connection)}
    for row in await connection.fetch(_AMENDED, AMENDED):
        contact = (from_json(row["body"]).get("sealed") or {}).get("contact")
        if contact is not None and str(row["event_id"]) in noted:
            yield Amended(me, str(row["key"]), row["sequence"], _digest(contact))
    for row in await connection.fetch(_DETAILS):
        yield Detailed(me, str(row["id"]), _digest(from_json(row["sealed"]).get("contact")))
    for row in await connection.fetch(_CASES, sorted(ENDED)):
        yield CaseStands(me, str(row["id"]), row["closed"], row["not_ended"])


async def _said(connection: Connection) -> list[tuple[object, bytes]]:
    return [(row["key"], row["headers"]) for row in await connection.fetch(_ANSWERS, NOTED)]


def _digest(contact: object) -> str:
    """Return a digest of a contact, whatever the order in which its fields are stored."""
    found = sorted(contact.items()) if isinstance(contact, dict) else contact
    return hashlib.sha256(repr(found).encode()).hexdigest()
