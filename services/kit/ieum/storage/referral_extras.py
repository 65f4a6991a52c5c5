"""What few referrals have: a cited inquiry, a confirmation, changes of eligibility, an override."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from asyncpg import Connection

from ieum.casework.inquiry_values import Confirmation, Inquiry
from ieum.casework.known_change import DuplicateOverride, KnownChange
from ieum.delivery.streams.peers import Peers
from ieum.storage.confirmation_rows import read_confirmations
from ieum.storage.eligibility_change_rows import read_to_dos
from ieum.storage.inquiry_rows import read_cited
from ieum.storage.override_rows import read_override


class ReferralExtras(NamedTuple):
    """The inquiry that it cites, its last confirmation, what there is to do, and why it is a second one."""

    cited: Inquiry | None
    confirmation: Confirmation | None
    to_dos: Sequence[KnownChange]
    override: DuplicateOverride | None


_WHICH = """
select exists (select from citation where referral = $1) as cited,
    exists (select from confirmation where referral = $1) as confirmed,
    exists (select from eligibility_change where referral = $1 and to_do) as to_dos,
    exists (select from duplicate_override where referral = $1) as overridden
"""


async def read_extras(connection: Connection, peers: Peers, referral: UUID) -> ReferralExtras:
    """Ask which of these there are, in one exchange, and read those."""
    [there] = await connection.fetch(_WHICH, referral)
    confirmed = await read_confirmations(connection, [referral]) if there["confirmed"] else ()
    return ReferralExtras(
        cited=await read_cited(connection, peers, referral) if there["cited"] else None,
        confirmation=next(iter(confirmed), None),
        to_dos=await read_to_dos(connection, peers, referral) if there["to_dos"] else (),
        override=await read_override(connection, referral) if there["overridden"] else None,
    )
