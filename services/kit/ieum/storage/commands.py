"""What an agency's own system orders: lock and load, ask casework, write what changed; says nothing."""

from datetime import datetime
from uuid import UUID

from asyncpg import Connection

from ieum.casework import cases, deciding, sending
from ieum.casework.ask_orders import AskOrder
from ieum.casework.decision_orders import Accept, DecisionOrder
from ieum.casework.known import Known
from ieum.casework.orders import CaseClosing, CaseFollowUp, ReferralOrder
from ieum.casework.sending import NewIds, Prior
from ieum.casework.values import Case, Change, Referral, Refusal
from ieum.storage.cases import lock_case_of_journey, lock_cases
from ieum.storage.desk import Desk
from ieum.storage.referrals import lock_referrals
from ieum_contracts.address import Address
from ieum_contracts.eligibility import EligibilityChanged
from ieum_contracts.lifecycle import ENDED


async def refer(
    desk: Desk, connection: Connection, order: ReferralOrder, now: datetime, ids: NewIds
) -> Change | Refusal:
    """Make a referral. Two orders for the same client and programme wait for each other."""
    to = Address(desk.view.me.centre, order.recipient)
    if to not in desk.peers:
        await desk.peers.read(connection)
    prior = await _prior(desk, connection, order, to)
    return await _written(desk, connection, Known(), sending.refer(order, desk.view, prior, now, ids), now)


async def lock_referral(desk: Desk, connection: Connection, referral: UUID) -> Known | None:
    """Lock a referral and its case for a command; None when there is no such referral."""
    known = await desk.lock(connection, [referral])
    return known if known.referrals else None


async def decide(  # noqa: PLR0913, PLR0917 - what is known, what is ordered, and two things made outside
    desk: Desk,
    connection: Connection,
    known: Known,
    order: DecisionOrder,
    now: datetime,
    new_case: UUID,
) -> Change | Refusal:
    """Decide about the one locked referral; an acceptance finds the case that it names or its journey's."""
    referral = _only(known)
    case = known.case_of(referral)
    if isinstance(order, Accept):
        case = await _case_for(desk, connection, referral, order)
    return await _written(desk, connection, known, deciding.decide(referral, case, order, now, new_case), now)


async def ask(  # noqa: PLR0913, PLR0917 - what is known, what is ordered, and two things made outside
    desk: Desk, connection: Connection, known: Known, order: AskOrder, now: datetime, ask_id: UUID
) -> Change | Refusal:
    """Ask something about the one locked referral."""
    return await _written(desk, connection, known, sending.ask(_only(known), order, now, ask_id), now)


async def change_eligibility(
    desk: Desk, connection: Connection, known: Known, order: EligibilityChanged, now: datetime
) -> Change | Refusal:
    """Tell the other side of the one locked referral of a changed eligibility."""
    return await _written(desk, connection, known, sending.change_eligibility(_only(known), order, now), now)


async def lock_case(desk: Desk, connection: Connection, case: UUID) -> Case | None:
    """Lock a case for a command; None when there is no such case."""
    return next(iter(await lock_cases(connection, desk.peers, [case])), None)


async def close_case(
    desk: Desk, connection: Connection, case: Case, order: CaseClosing, now: datetime
) -> Change | Refusal:
    """Close a locked case by hand."""
    return await _written(desk, connection, Known(), cases.close_case(case, order, now), now)


async def follow_up(
    desk: Desk, connection: Connection, case: Case, order: CaseFollowUp, now: datetime
) -> Change | Refusal:
    """Tell what aftercare found of a locked case's client."""
    return await _written(desk, connection, Known(), cases.follow_up(case, order, now), now)


async def _written(
    desk: Desk, connection: Connection, known: Known, change: Change | Refusal, now: datetime
) -> Change | Refusal:
    if isinstance(change, Change):
        known.take(change)
        await desk.flush(connection, known, now)
    return change


def _only(known: Known) -> Referral:
    (referral,) = known.referrals.values()
    return referral


async def _case_for(desk: Desk, connection: Connection, referral: Referral, order: Accept) -> Case | None:
    if order.case is not None:
        return await lock_case(desk, connection, order.case)
    return await lock_case_of_journey(connection, desk.peers, referral.journey)


_LOCK_CLIENT = "select pg_advisory_xact_lock(hashtextextended('client ' || $1::text, 0))"
_DUPLICATE = """
select id from referral
where client_ref = $1 and programme = $2 and peer = $3 and not recipient and not (state = any($4::text[]))
limit 1
"""


async def _prior(desk: Desk, connection: Connection, order: ReferralOrder, to: Address) -> Prior:
    parent = await lock_referrals(connection, desk.peers, [] if order.parent is None else [order.parent])
    duplicate = None
    if to in desk.peers:
        await connection.execute(_LOCK_CLIENT, order.client_ref)
        peer = desk.peers.number(to)
        duplicate = await connection.fetchval(
            _DUPLICATE, order.client_ref, order.programme, peer, sorted(ENDED)
        )
    return Prior(next(iter(parent), None), duplicate)
