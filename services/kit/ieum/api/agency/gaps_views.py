"""How the report of what could not be had is written, as JSON and as rows of a table."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import groupby

from pydantic import BaseModel, Field

from ieum.casework.report_period import is_over, month_text
from ieum.casework.small_counts import Total, hide_small
from ieum.casework.unmet import Unmet
from ieum.casework.values import Side
from ieum.delivery.streams.peers import Peers
from ieum.storage.unmet_rows import UnmetCount
from ieum_contracts.address import Address


class Definition(BaseModel):
    """What a word of the report means."""

    word: str
    ko: str
    en: str


class CountedTotal(BaseModel):
    """A total: exact (`count`) where no count in it is hidden, else the least that it can be."""

    count: int | None = None
    at_least: int = Field(description="The sum of what is shown, and of one for each hidden count.")
    hidden: int = Field(description="How many counts in it are hidden.")


class ReasonCount(BaseModel):
    """How often something could not be had in one way, for one reason; without `count` where it is hidden."""

    how: Unmet
    reason: str
    count: int | None = Field(default=None, description="Absent where it is one to four.")
    suppressed: bool


class ProgrammeGaps(BaseModel):
    """What could not be had of one programme."""

    agency: str = Field(description="Address of the agency that offers the programme.")
    programme: str
    total: CountedTotal
    reasons: list[ReasonCount]


class MonthGaps(BaseModel):
    """What could not be had in one month: by others of us (recipient), or by us of others (sender)."""

    month: str = Field(description="The month in Seoul, 2026-07.")
    complete: bool = Field(description="Whether the month is over; before, counts are in fives.")
    role: Side
    total: CountedTotal
    programmes: list[ProgrammeGaps]


class GapsReport(BaseModel):
    """What was asked for and could not be had."""

    first_month: str
    last_month: str
    small_below: int = Field(description="Counts below this are hidden.")
    definitions: list[Definition]
    months: list[MonthGaps]


def months_of(counts: Sequence[UnmetCount], me: Address, peers: Peers, now: datetime) -> Iterator[MonthGaps]:
    """Write what could not be had, by month and role; small counts are hidden in each by itself."""
    for (month, recipient), found in groupby(counts, lambda each: each[:2]):
        yield _month(month, list(found), me if recipient else None, peers, now)


def _month(
    month: date, counts: Sequence[UnmetCount], me: Address | None, peers: Peers, now: datetime
) -> MonthGaps:
    by_programme: dict[tuple[str, str], dict[tuple[str, str], int]] = {}
    for each in counts:
        agency = str(me or peers.address(each.peer))
        by_programme.setdefault((agency, each.programme), {})[each.how, each.reason] = each.times
    complete = is_over(month, now)
    table = hide_small(by_programme, in_fives=not complete)
    return MonthGaps(
        month=month_text(month),
        complete=complete,
        role=Side.SENDER if me is None else Side.RECIPIENT,
        total=_total(table.total),
        programmes=[
            ProgrammeGaps(
                agency=agency,
                programme=programme,
                total=_total(shown.total),
                reasons=[
                    ReasonCount(how=Unmet(how), reason=reason, count=count, suppressed=count is None)
                    for (how, reason), count in shown.parts.items()
                ],
            )
            for (agency, programme), shown in table.groups.items()
        ],
    )


def _total(total: Total) -> CountedTotal:
    return CountedTotal(count=total.exact, at_least=total.at_least, hidden=total.hidden)


GAPS_COLUMNS = ("month", "complete", "role", "agency", "programme", "how", "reason", "count", "suppressed")


def gaps_rows(months: Iterable[MonthGaps]) -> Iterator[tuple[object, ...]]:
    """Give a row for each count, without totals: whoever adds rows up would count twice."""
    for month in months:
        for programme in month.programmes:
            place = (month.month, month.complete, month.role, programme.agency, programme.programme)
            for each in programme.reasons:
                yield (*place, each.how, each.reason, each.count, each.suppressed)
