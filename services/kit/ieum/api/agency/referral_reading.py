"""A referral with all that is shown of it, as one transaction reads it."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from ieum.access.access_log import note_shown
from ieum.api.agency.possible_duplicates import POSSIBLE_DUPLICATES_MAX
from ieum.api.api_context import ApiContext
from ieum.api.http.unit_of_work import reading
from ieum.api.problems import http_kinds
from ieum.api.problems.response import Problem
from ieum.casework.values import Referral
from ieum.storage.person_rows import read_of_same_person
from ieum.storage.reading import HistoryPlace, read_history
from ieum.storage.reading import HistoryRow as Entry
from ieum.storage.reading import read_referral as read_one
from ieum.storage.referral_extras import ReferralExtras, read_extras


class ReferralRead(NamedTuple):
    """A referral with a part of its history, what few referrals have, and others of the same person."""

    referral: Referral
    history: Sequence[Entry]
    older: HistoryPlace | None
    extras: ReferralExtras
    of_same_person: Sequence[Referral]


async def read_whole(context: ApiContext, referral: UUID, before: HistoryPlace, limit: int) -> ReferralRead:
    """Read a referral with a part of its history; raises Problem for one that is not there."""
    async with (
        reading(context.delivery.database) as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        peers = context.delivery.peers
        found = await read_one(connection, peers, referral)
        if found is None:
            raise Problem(http_kinds.NOT_FOUND)
        of_same_person = await read_of_same_person(connection, peers, referral, POSSIBLE_DUPLICATES_MAX)
        note_shown(found.client_ref, *(each.id for each in of_same_person))
        history, older = await read_history(connection, peers, found, before, limit)
        return ReferralRead(
            referral=found,
            history=history,
            older=older,
            extras=await read_extras(connection, peers, referral),
            of_same_person=of_same_person,
        )
