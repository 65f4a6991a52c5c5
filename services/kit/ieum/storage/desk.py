"""The application's half of a batch: load what casework knows, fold events into it, flush what changed."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from asyncpg import Connection

from ieum.casework.hearing import hear
from ieum.casework.known import Known
from ieum.casework.values import Breach, Early, Side, View
from ieum.delivery.fold import Applied, Awaiting, Outcome, Refused
from ieum.delivery.peers import Peers
from ieum.storage.cases import lock_cases, write_cases
from ieum.storage.referrals import clear_heard, lock_referrals, write_referrals
from ieum_contracts.case import CaseClosed, CaseFollowedUp
from ieum_contracts.message import Event


class Desk:
    """Casework as delivery sees it; the same loading and flushing serves what is ordered over HTTP."""

    def __init__(self, view: View, peers: Peers) -> None:
        self.view = view
        self.peers = peers

    async def load(self, connection: Connection, events: Sequence[Event]) -> Known:
        """Lock and load every referral that the events speak of, and the cases that serve them here."""
        return await self.lock(connection, {each for event in events for each in _referrals_of(event)})

    async def lock(self, connection: Connection, referrals: Collection[UUID]) -> Known:
        """Lock and load referrals, then the cases that serve them here; both in ascending order of ids."""
        found = await lock_referrals(connection, self.peers, referrals)
        cases = {each.case for each in found if each.side is Side.RECIPIENT and each.case is not None}
        return Known(found, await lock_cases(connection, self.peers, cases))

    def keys(self, known: Known) -> Collection[UUID]:
        """Name the cases; what is said of a referral goes by the key of the event that caused it."""
        return {*known.referrals, *known.cases}

    def fold(self, known: Known, event: Event, now: datetime) -> Outcome:
        """Take one event in."""
        heard = hear(known, event, self.view, now)
        if isinstance(heard, Breach):
            return Refused(heard.reason)
        if isinstance(heard, Early):
            return Awaiting(heard.reason)
        known.take(heard)
        return Applied(heard.says)

    async def flush(self, connection: Connection, known: Known, now: datetime) -> None:  # noqa: ARG002
        """Write what changed; a batch's own ledger entries have to be written before."""
        referrals = known.changed_referrals()
        await write_referrals(connection, self.peers, referrals)
        await write_cases(connection, known.changed_cases())
        await clear_heard(connection, referrals)


def _referrals_of(event: Event) -> Collection[UUID]:
    if isinstance(event.body, CaseClosed | CaseFollowedUp):
        return event.body.referrals
    return (UUID(event.envelope.subject),)
