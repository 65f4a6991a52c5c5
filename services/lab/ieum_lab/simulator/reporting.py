"""What the agencies' own reports say at the end of a run: what could not be had, small counts hidden."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from ieum.api.agency.gaps_views import GapsReport
from ieum.casework.report_period import month_text
from ieum.casework.values import Side
from ieum_contracts.timing import day_of
from ieum_lab.simulator.simulated_centre import SimulatedCentre


@dataclass(frozen=True, slots=True)
class CouldNotBeHad:
    """One agency's counts in the months of a run: the least that they can be, and how many are hidden.

    `not_given` is what others asked of it, `not_got` what it asked of others.
    """

    not_given_at_least: int = 0
    not_got_at_least: int = 0
    hidden: int = 0


async def read_reports(centre: SimulatedCentre, begun: datetime) -> dict[str, CouldNotBeHad]:
    """Read each agency's report of what could not be had since the month in which a run began."""
    found = await asyncio.gather(*(client.gaps() for client in centre.clients.values()))
    first = month_text(day_of(begun))
    return {agency: had_since(first, report) for agency, report in zip(centre.clients, found, strict=True)}


def had_since(first: str, report: GapsReport) -> CouldNotBeHad:
    """Add up a report from a month on: a run whose time passes fast has more than one."""
    months = [each for each in report.months if each.month >= first]
    return CouldNotBeHad(
        not_given_at_least=sum(each.total.at_least for each in months if each.role is Side.RECIPIENT),
        not_got_at_least=sum(each.total.at_least for each in months if each.role is Side.SENDER),
        hidden=sum(each.total.hidden for each in months),
    )
