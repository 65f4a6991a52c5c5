"""Gives own catalogue records their versions: the last published one, or a higher one after a change."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from asyncpg import Connection

from ieum.delivery.catalogue.catalogue_records import CatalogueBody, Kept, keep, kept_of, record_key
from ieum.delivery.delivery_context import DeliveryContext
from ieum_contracts.capacity import CapacityChanged, Room
from ieum_contracts.catalogue import encode
from ieum_contracts.programme import ProgrammePublished


class Numbered(NamedTuple):
    """A record with its version, and whether it got a new one."""

    body: CatalogueBody
    is_new: bool


async def numbered(
    connection: Connection, context: DeliveryContext, bodies: Sequence[CatalogueBody]
) -> list[Numbered]:
    """Give each record its last published version, or a higher one when it has changed, and store it.

    Versions are milliseconds since 1970, so they rise even after the database was lost. A programme that
    is no longer declared is published as no longer offered, and as having no room.
    """
    peer = context.peers.number(context.me)
    said = await kept_of(connection, peer)
    found: list[Numbered] = []
    for body in [*bodies, *_gone(said, {record_key(each) for each in bodies})]:
        kept = said.get(record_key(body))
        same = body.model_copy(update={"version": max(1, kept.version if kept else 0)})
        if kept is not None and encode(same) == kept.body:
            found.append(Numbered(same, is_new=False))
            continue
        version = max(kept.version + 1 if kept else 1, int(context.clock().timestamp() * 1000))
        changed = body.model_copy(update={"version": version})
        await keep(connection, peer, changed, encode(changed))
        found.append(Numbered(changed, is_new=True))
    return found


def _gone(said: Mapping[str, Kept], declared: set[str]) -> list[CatalogueBody]:
    gone: list[CatalogueBody] = []
    for key in sorted(said.keys() - declared):
        if key.startswith("programme:"):
            programme = ProgrammePublished.model_validate_json(said[key].body)
            gone.append(programme.model_copy(update={"offered": False}))
        else:
            capacity = CapacityChanged.model_validate_json(said[key].body)
            gone.append(CapacityChanged(programme=capacity.programme, version=1, room=Room.NONE))
    return gone
