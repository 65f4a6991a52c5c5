"""The summary of a run counts every month that has passed in it."""

from ieum.api.agency.gaps_views import CountedTotal, GapsReport, MonthGaps
from ieum.casework.values import Side
from ieum_lab.simulator.reporting import CouldNotBeHad, had_since


def counted(month: str, role: Side, at_least: int, hidden: int) -> MonthGaps:
    total = CountedTotal(at_least=at_least, hidden=hidden)
    return MonthGaps(month=month, complete=True, role=role, total=total, programmes=[])


def test_what_could_not_be_had_counts_from_the_month_in_which_the_run_began() -> None:
    months = [
        counted("2026-10", Side.RECIPIENT, 100, 100),
        counted("2026-11", Side.RECIPIENT, 12, 2),
        counted("2026-11", Side.SENDER, 7, 3),
        counted("2026-12", Side.SENDER, 5, 0),
    ]
    report = GapsReport(
        first_month="2026-02", last_month="2027-01", small_below=5, definitions=[], months=months
    )
    assert had_since("2026-11", report) == CouldNotBeHad(12, 12, 5)
    assert had_since("2027-01", report) == CouldNotBeHad()
