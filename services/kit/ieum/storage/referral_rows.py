"""Referrals as rows: read with or without a lock, written many at once."""

from collections.abc import Collection, Sequence
from uuid import UUID

from asyncpg import Connection, Record

from ieum.casework.values import Referral
from ieum.delivery.streams.peers import Peers
from ieum_contracts.codes import AskType, ClosedAs, Outcome, Reason, State
from ieum_contracts.lifecycle import ENDED, OpenAsk, RecipientCopy, SenderCopy

_LOCK = """
select r.* from unnest($1::uuid[]) as i (id)
cross join lateral (select * from referral where id = i.id limit 1 for update) r
"""


async def lock_referrals(connection: Connection, peers: Peers, ids: Collection[UUID]) -> list[Referral]:
    """Lock and read referrals, in ascending order of ids; those that do not exist are left out."""
    return await referrals_from(connection, peers, await connection.fetch(_LOCK, sorted(ids)) if ids else [])


_READ = """
select r.* from unnest($1::uuid[]) as i (id)
cross join lateral (select * from referral where id = i.id limit 1) r
"""


async def read_referrals(connection: Connection, peers: Peers, ids: Collection[UUID]) -> list[Referral]:
    """Read referrals without a lock; those that do not exist are left out."""
    return await referrals_from(connection, peers, await connection.fetch(_READ, sorted(ids)) if ids else [])


async def referrals_from(connection: Connection, peers: Peers, rows: Sequence[Record]) -> list[Referral]:
    """Make referrals of rows that carry all columns."""
    if not all(peers.knows_number(row["peer"]) for row in rows):
        await peers.read(connection)
    return [_referral(row, peers) for row in rows]


_CLEAR = """
update ledger set body = null
where key = any($1::uuid[]) and not said and body is not null
"""


async def clear_heard(connection: Connection, referrals: Sequence[Referral]) -> None:
    """Clear what was heard of erased referrals from the ledger; headers and digests stay.

    To be called after the batch's own entries are written, so that an amendment which arrives after the
    erasure leaves nothing behind either.
    """
    erased = [referral.id for referral in referrals if referral.sealed is None]
    if erased:
        await connection.execute(_CLEAR, erased)


def referral_row(referral: Referral, peers: Peers) -> tuple[object, ...]:
    """Give a referral as the database keeps it (`referral_row_0007`)."""
    copy = referral.copy
    asks = copy.waiting if isinstance(copy, RecipientCopy) else copy.open
    first_run = copy.state not in ENDED and not copy.reopened
    return (
        referral.id,
        isinstance(copy, RecipientCopy),
        peers.number(referral.peer),
        referral.journey,
        referral.parent,
        referral.case,
        referral.programme,
        copy.state,
        referral.version,
        [ask_id for ask_id, _ in asks],
        [ask_type for _, ask_type in asks],
        copy.closed_as,
        copy.reopened,
        isinstance(copy, SenderCopy) and copy.disputed,
        copy.withdrawn,
        copy.erased,
        referral.outcome,
        referral.reason,
        referral.client_ref,
        referral.client_ref if first_run else None,
        referral.loop_override,
        referral.created_at,
        referral.changed_at,
        referral.concluded_at,
        referral.asked,
        referral.sealed,
        referral.assessment,
        referral.requested_at,
    )


def _referral(row: Record, peers: Peers) -> Referral:
    return Referral(
        id=row["id"],
        journey=row["journey"],
        peer=peers.address(row["peer"]),
        programme=row["programme"],
        copy=_copy(row),
        asked=row["asked"],
        sealed=row["sealed"],
        created_at=row["created_at"],
        changed_at=row["changed_at"],
        version=row["version"],
        client_ref=row["client_ref"],
        loop_override=row["loop_override"],
        parent=row["parent"],
        case=row["case_id"],
        outcome=None if row["outcome"] is None else Outcome(row["outcome"]),
        reason=None if row["reason"] is None else Reason(row["reason"]),
        concluded_at=row["concluded_at"],
        assessment=row["assessment"],
        requested_at=row["requested_at"],
    )


def _copy(row: Record) -> RecipientCopy | SenderCopy:
    asks: tuple[OpenAsk, ...] = tuple(
        (ask_id, AskType(ask_type)) for ask_id, ask_type in zip(row["ask_ids"], row["ask_types"], strict=True)
    )
    state = State(row["state"])
    closed_as = None if row["closed_as"] is None else ClosedAs(row["closed_as"])
    if row["recipient"]:
        return RecipientCopy(state, asks, closed_as, row["reopened"], row["withdrawn"], row["erased"])
    return SenderCopy(
        state, asks, closed_as, row["disputed"], row["withdrawn"], row["reopened"], row["erased"]
    )
