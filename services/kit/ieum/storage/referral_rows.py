"""Referrals as rows: read with or without a lock, written many at once."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from uuid import UUID

from asyncpg import Connection, Record

from ieum.casework.values import EndCause, EndedHere, Referral, UntakenDecision
from ieum.delivery.streams.peers import Peers
from ieum_contracts.catalogue import EVENT_TYPES, MODEL_OF_DECISION
from ieum_contracts.codes import AskType, ClosedAs, Decision, Outcome, Reason, State
from ieum_contracts.lifecycle import ENDED, OpenAsk, RecipientCopy, SenderCopy, UntakenAsk
from ieum_contracts.model import Model

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
    """Make referrals from full rows."""
    await peers.load_numbers(connection, (row["peer"] for row in rows))
    return [_referral(row, peers) for row in rows]


_CLIENTS = """
select i.parent, r.client_ref from unnest($1::uuid[], $2::uuid[]) as i (parent, journey)
cross join lateral (
    select client_ref from (select * from referral where journey = i.journey offset 0) of_journey
    where parent = i.parent and not recipient and client_ref is not null order by id limit 1
) r
"""


async def read_clients(connection: Connection, parents: Collection[Referral]) -> dict[UUID, str]:
    """Return which client of its own this agency has referred onward from these referrals, by the parent."""
    ids, journeys = [each.id for each in parents], [each.journey for each in parents]
    return {row["parent"]: row["client_ref"] for row in await connection.fetch(_CLIENTS, ids, journeys)}


_UNTAKEN = """
select event_id, body from ledger
where key = any($1::uuid[]) and said and event_id = any($2::uuid[]) and body is not null
"""


async def read_untaken(connection: Connection, referrals: Sequence[Referral]) -> dict[UUID, Model]:
    """Load the decisions that had no effect at the sender, if the ledger still has their bodies."""
    decisions = {each.id: each.decision for referral in referrals for each in referral.untaken}
    if not decisions:
        return {}
    rows = await connection.fetch(_UNTAKEN, [each.id for each in referrals], list(decisions))
    return {
        row["event_id"]: MODEL_OF_DECISION[decisions[row["event_id"]]].model_validate_json(row["body"])
        for row in rows
    }


_ASKED = """
select event_id, type, body from ledger
where key = any($1::uuid[]) and said and event_id = any($2::uuid[]) and body is not null
"""


async def read_asked(connection: Connection, asks: Mapping[UUID, UUID]) -> dict[UUID, Model]:
    """Load what was asked here, by the ask's id (`asks` names its referral), if the ledger still has it."""
    if not asks:
        return {}
    rows = await connection.fetch(_ASKED, list({*asks.values()}), list(asks))
    models = {row["event_id"]: EVENT_TYPES[row["type"]].model for row in rows}
    bodies = {row["event_id"]: row["body"] for row in rows}
    return {ask: model.model_validate_json(bodies[ask]) for ask, model in models.items() if model is not None}


def referral_row(referral: Referral, peers: Peers) -> tuple[object, ...]:
    """Return a referral as a database row (`referral_row_2`)."""
    copy, ended = referral.copy, referral.ended_here
    asks = copy.waiting if isinstance(copy, RecipientCopy) else copy.open
    untaken = referral.untaken if isinstance(copy, RecipientCopy) else copy.untaken
    first_run = _first_run(copy, ended)
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
        referral.client_ref if first_run and not referral.second else None,
        referral.loop_override,
        referral.created_at,
        referral.changed_at,
        referral.concluded_at,
        referral.asked,
        referral.sealed,
        referral.assessment,
        *([each[part] for each in untaken] for part in range(3)),
        isinstance(copy, SenderCopy) and copy.over,
        None if ended is None else ended.cause,
        None if ended is None else ended.reason,
        referral.requested_at,
    )


def _first_run(copy: RecipientCopy | SenderCopy, ended: EndedHere | None) -> bool:
    """Whether a referral has not ended yet: so long a client has no second one like it, but with a reason."""
    return copy.state not in ENDED and not copy.reopened and ended is None


def _referral(row: Record, peers: Peers) -> Referral:
    copy = _copy(row)
    ended = None if row["ended_here"] is None else EndedHere(EndCause(row["ended_here"]), row["ended_reason"])
    not_held = row["client_ref"] is not None and row["open_ref"] is None
    return Referral(
        id=row["id"],
        journey=row["journey"],
        peer=peers.address(row["peer"]),
        programme=row["programme"],
        copy=copy,
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
        ended_here=ended,
        untaken=_untaken_decisions(row) if row["recipient"] else (),
        requested_at=row["requested_at"],
        second=not_held and _first_run(copy, ended),
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
        state,
        asks,
        closed_as,
        row["disputed"],
        row["withdrawn"],
        row["reopened"],
        row["erased"],
        tuple(UntakenAsk(ask_id, AskType(name), reason) for ask_id, name, reason in _untaken(row)),
        row["over"],
    )


def _untaken_decisions(row: Record) -> tuple[UntakenDecision, ...]:
    return tuple(UntakenDecision(said, Decision(name), reason) for said, name, reason in _untaken(row))


def _untaken(row: Record) -> Iterator[tuple[UUID, str, str]]:
    return zip(row["untaken_ids"], row["untaken_names"], row["untaken_reasons"], strict=True)
