"""A referral as the headers of its events tell of it: a row of the view `referral_row`."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from ieum_contracts.codes import State


@dataclass(frozen=True, slots=True)
class ReferralRow:
    """A referral as its headers tell of it. `holder` is whose move it is; None when nobody's.

    `due_at` is by the agreement's table of clocks, for a routine referral: what was promised, or is more
    urgent, stands in bodies. `reminded_at` is when an agency has itself said that it is overdue.
    """

    id: UUID
    sender: str
    recipient: str
    journey: UUID | None
    state: State
    since: datetime
    ended: bool
    holder: str | None
    due_at: datetime | None
    due_clock: str | None
    reminded_at: datetime | None
    open_asks: int
    withdrawn_at: datetime | None
    erased: bool
    gaps: int
    requested_at: datetime
    last_type: str
    last_source: str
    last_at: datetime


_FIELDS = tuple(ReferralRow.__dataclass_fields__)


def as_row(row: Record) -> ReferralRow:
    """Read a row of the view `referral_row`."""
    return ReferralRow(**{**{name: row[name] for name in _FIELDS}, "state": State(row["state"])})
