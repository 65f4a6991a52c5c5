"""After a withdrawal: clears everything personal of a referral at its recipient."""

from collections.abc import Collection, Sequence
from uuid import UUID

from asyncpg import Connection

from ieum.casework.values import Referral
from ieum.delivery.erasure import erase_heard, erase_said
from ieum.delivery.streams.peers import Peers
from ieum.storage.eligibility_change_rows import forget_changes
from ieum.storage.inquiry_erasure import erase_cited
from ieum_contracts.address import Address

_ERASED = "select id from referral where id = any($1::uuid[]) and recipient and sealed is null"
_CASES = """
select distinct r.case_id, r.peer from unnest($1::uuid[]) as i (id)
cross join lateral (
    select case_id, peer from referral where id = i.id and case_id is not null limit 1
) r
where not exists (
    select from (select * from referral where case_id = r.case_id offset 0) o
    where o.recipient and o.peer = r.peer and o.sealed is not null
)
"""


async def clear_erased(
    connection: Connection,
    peers: Peers,
    referrals: Sequence[Referral],
    refused: Collection[UUID],
    forgotten: Collection[tuple[UUID, Address]],
) -> None:
    """Clear the rest of erased referrals; to be called after the transaction's own rows are written.

    Then what arrives after the erasure, or is said with it, leaves nothing behind either. What was said of
    a case goes with the last referral of its sender that the case serves. `refused` are the keys of events
    that were refused: they may belong to referrals that were erased before. `forgotten` are keys of referrals
    that were never taken in and are withdrawn all the same, each with who said so: what another agency says
    under the same key is not that agency's to withdraw.
    """
    erased = {each.id: each for each in referrals}
    others = set(refused) - erased.keys()
    late = await connection.fetch(_ERASED, sorted(others)) if others else []
    whole = {*erased, *(row["id"] for row in late)}
    if whole:
        await forget_changes(connection, whole)
    if whole or forgotten:
        await erase_heard(connection, peers, [*((key, None) for key in whole), *forgotten])
    if erased:
        cases = await connection.fetch(_CASES, sorted(erased))
        said = [(each.id, peers.number(each.peer)) for each in erased.values()]
        await erase_cited(connection, peers, erased)
        await erase_said(connection, [*said, *((row["case_id"], row["peer"]) for row in cases)])
