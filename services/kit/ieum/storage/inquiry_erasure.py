"""Destroys inquiries: after a day those that no referral cites, the others with their referral's details."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

from asyncpg import Connection, Record

from ieum.casework.inquiry_values import INQUIRY_KEPT
from ieum.delivery.erasure import clear_said, erase_heard, erase_said
from ieum.delivery.streams.peers import Peers

EXPIRED_MAX = 100
"""Inquiries destroyed in one transaction."""
FORGOTTEN_MAX = 1_000
FORGOTTEN_AFTER = timedelta(days=30)
"""Until then the id of a destroyed inquiry stays: an answer that comes late finds that it is too late."""

_PULL_BACK = """
update inquiry set at = now() where not cited and not erased and at > now() + interval '1 minute'
"""
_DUE = """
select id, peer from inquiry where not cited and not erased and at < now() - $1::interval
order by at limit $2 for update skip locked
"""
_FORGET = """
delete from inquiry where id = any(array(
    select id from inquiry where erased and not cited and at < now() - $1::interval order by at limit $2
))
"""


async def expire_inquiries(connection: Connection, peers: Peers) -> int:
    """Destroy a limited number of inquiries that are over a day old and cited by nothing; return how many.

    Their age is by the database's clock, which stamped them.
    """
    await connection.execute(_PULL_BACK)
    async with connection.transaction():
        due = await connection.fetch(_DUE, INQUIRY_KEPT, EXPIRED_MAX)
        await erase_inquiries(connection, peers, due)
    await connection.execute(_FORGET, FORGOTTEN_AFTER, FORGOTTEN_MAX)
    return len(due)


_OF_REFERRALS = """
select i.id, i.peer from unnest($1::uuid[]) as r (id)
cross join lateral (select inquiry from citation where referral = r.id limit 1) c
cross join lateral (select id, peer from inquiry where id = c.inquiry and not erased limit 1) i
where not exists (
    select from (select * from citation where inquiry = c.inquiry offset 0) o
    cross join lateral (select from referral where id = o.referral and sealed is not null limit 1) l
)
"""


async def erase_cited(connection: Connection, peers: Peers, referrals: Collection[UUID]) -> None:
    """Destroy the inquiries that only these erased referrals cite: they are about the same client."""
    found = await connection.fetch(_OF_REFERRALS, sorted(referrals)) if referrals else []
    await erase_inquiries(connection, peers, found)


_ERASE = "update inquiry set assessment = null, erased = true where id = any($1::uuid[])"


async def erase_inquiries(connection: Connection, peers: Peers, inquiries: Sequence[Record]) -> None:
    """Clear inquiries (rows with `id` and `peer`) with every body said and heard under their keys."""
    if not inquiries:
        return
    places = [(row["id"], row["peer"]) for row in inquiries]
    await connection.execute(_ERASE, [key for key, _ in places])
    await erase_heard(connection, peers, [(key, None) for key, _ in places])
    await erase_said(connection, places)
    await clear_said(connection, [key for key, _ in places])
