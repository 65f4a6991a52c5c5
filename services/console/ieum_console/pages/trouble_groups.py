"""What waits at the agencies, in groups of the same reason, and what the runbook says of each."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ieum.web.translation import marked
from ieum_console.operations.agency_api import (
    AwayError,
    RefusedError,
    Waiting,
    WaitingStream,
    open_api,
)
from ieum_console.pages.page_call import PageCall

ADVICE: Mapping[str, str] = {
    "fold.": marked(
        "The service could not apply it: a fault of its own. Have the fault repaired first, then retry."
    ),
    "restored.behind": marked(
        "The agency's database is behind what it had said: it was restored. Follow the runbook for a restore."
    ),
    "restored.comparing": marked("The agency asks the other side what it had heard. Wait first."),
    "sequence.conflict": marked(
        "A number came twice with different content. Compare with the sender first; then retry."
    ),
    "sequence.": marked("A number before it is missing. It is asked for again by itself; wait first."),
    "source.held": marked("The sender sent too much that is wrong. Tell it; release it when it is repaired."),
    **dict.fromkeys(
        ("type.", "version.", "value."),
        marked("This agency is too old to understand it. Upgrade it: what waits goes on at the next start."),
    ),
    "awaiting-": marked(
        "It waits for another event to come first, and goes on by itself when that is there."
    ),
}
ADVICE_OTHERWISE = marked(
    "Retrying is safe: no event is applied twice. Skip only what can never be applied, and tell the sender."
)

STOPPED: Mapping[str, str] = {
    "restored.behind": marked("stopped: the agency was restored"),
    "sequence.conflict": marked("stopped: two different events"),
}
STOPPED_OTHERWISE = marked("stopped: an operator has to decide")


@dataclass(frozen=True, slots=True)
class Group:
    """Streams of one agency that wait for one reason."""

    agency: str
    state: str
    reason: str
    streams: tuple[WaitingStream, ...]

    @property
    def events(self) -> int:
        """How many events wait, those behind the first included."""
        return sum(each.waiting for each in self.streams)

    @property
    def referrals(self) -> frozenset[UUID]:
        """The keys concerned."""
        return frozenset(each.key for each in self.streams)

    @property
    def first(self) -> datetime | None:
        """Since when the oldest waits."""
        return min((each.since for each in self.streams if each.since), default=None)

    @property
    def last(self) -> datetime | None:
        """Since when the newest waits."""
        return max((each.since for each in self.streams if each.since), default=None)

    @property
    def advice(self) -> str:
        """What the runbook says, as a marked text."""
        found = (words for begin, words in ADVICE.items() if self.reason.startswith(begin))
        return next(found, ADVICE_OTHERWISE)

    @property
    def stopped(self) -> str:
        """Why it is stopped, as a marked text."""
        return STOPPED.get(self.reason, STOPPED_OTHERWISE)


@dataclass(frozen=True, slots=True)
class Troubles:
    """All that waits, and the agencies of which it is not known, with the reason."""

    groups: tuple[Group, ...]
    unknown: Mapping[str, str]
    cut: frozenset[str] = frozenset()
    """The agencies at which more waits than is listed."""


async def read_troubles(call: PageCall, agencies: Sequence[str]) -> Troubles:
    """Ask the agencies' APIs, all at once, with the token of who looks."""
    answers = await asyncio.gather(*(waiting_at(call, each) for each in agencies))
    unknown = {agency: each for agency, each in zip(agencies, answers, strict=True) if isinstance(each, str)}
    groups = [
        group
        for agency, each in zip(agencies, answers, strict=True)
        if not isinstance(each, str)
        for group in grouped(agency, each.streams)
    ]
    listed = {agency: each for agency, each in zip(agencies, answers, strict=True) if agency not in unknown}
    cut = frozenset(agency for agency, each in listed.items() if isinstance(each, Waiting) and not each.whole)
    return Troubles(tuple(sorted(groups, key=lambda each: -len(each.streams))), unknown, cut)


async def waiting_at(call: PageCall, agency: str) -> Waiting | str:
    """Return what waits at an agency, or why that is not known: `away`, or a code of its API."""
    try:
        async with open_api(call.console.apis.get(agency), call.person.token) as api:
            return await api.waiting()
    except AwayError:
        return "away"
    except RefusedError as refused:
        return refused.code


def grouped(agency: str, streams: Sequence[WaitingStream]) -> list[Group]:
    """Put streams together that wait for the same reason."""
    found: dict[tuple[str, str], list[WaitingStream]] = {}
    for each in streams:
        found.setdefault((each.state, each.reason), []).append(each)
    return [Group(agency, state, reason, tuple(each)) for (state, reason), each in found.items()]
