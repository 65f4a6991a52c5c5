"""Counts rows of one agency's database, and reads how far its mailboxes are taken in."""

from collections.abc import Mapping
from dataclasses import dataclass

import asyncpg

from ieum.centre.centre_file import database_name
from ieum.centre.centre_settings import CentreSettings
from ieum.centre.postgres import connect_admin
from ieum.centre.snapshot import not_migrated
from ieum.delivery.streams.stream import FAMILIES
from ieum_contracts.address import Address
from ieum_contracts.lifecycle.table import ENDED
from ieum_contracts.topics import topic_of


@dataclass(frozen=True, slots=True)
class Counts:
    """An agency's counts; `read` is the next offset by topic and partition."""

    sent: int
    received: int
    open: int
    closed: int
    asks: int
    outbox: int
    parked: int
    quarantined: int
    read: Mapping[tuple[str, int], int]


COUNTS = """
select count(*) filter (where not recipient) as sent, count(*) filter (where recipient) as received,
    count(*) filter (where not (state = any($1::text[]))) as open,
    count(*) filter (where state = any($1::text[])) as closed,
    coalesce(sum(cardinality(ask_ids)), 0)::bigint as asks,
    (select count(*) from outbox) as outbox,
    (select count(*) from parked) as parked,
    (select count(*) from quarantine) as quarantined
from referral
"""
READ = "select family, partition, next_offset from position"


async def read_counts(settings: CentreSettings, agency: Address) -> Counts:
    """Count an agency's rows; raises CentreError when its database is missing or has no tables yet."""
    connection = await connect_admin(settings, database_name(agency))
    try:
        [counted] = await connection.fetch(COUNTS, sorted(ENDED))
        read = await connection.fetch(READ)
    except asyncpg.UndefinedTableError as error:
        raise not_migrated(agency, error) from error
    finally:
        await connection.close()
    places = {
        (topic_of(agency, FAMILIES[row["family"]]), row["partition"]): row["next_offset"] for row in read
    }
    return Counts(**dict(counted), read=places)
