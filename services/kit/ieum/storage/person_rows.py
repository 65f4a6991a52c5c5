"""Other referrals of whom seems to be the same person, found by name and birth date."""

from uuid import UUID

from asyncpg import Connection

from ieum.casework.values import Referral
from ieum.delivery.streams.peers import Peers
from ieum.storage.referral_rows import referrals_from

_OF_SAME_PERSON = """
select r.* from (select person_of(sealed) as person from referral where id = $1) mine
cross join lateral (
    select * from referral
    where person_of(sealed) = mine.person and person_of(sealed) is not null and id <> $1
    order by created_at desc limit $2
) r
order by r.created_at desc
"""


async def read_of_same_person(
    connection: Connection, peers: Peers, referral: UUID, limit: int
) -> list[Referral]:
    """List referrals of the same name and birth date, on either side, the latest first; none once erased."""
    return await referrals_from(connection, peers, await connection.fetch(_OF_SAME_PERSON, referral, limit))
