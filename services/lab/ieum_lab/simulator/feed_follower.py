"""Follows every agency's feed: each referral as each of its two sides knows it, and the latest events."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from ieum.api.agency.events import FeedEvent
from ieum.api.agency.feed_cursor import BEGINNING
from ieum.api.agency.representations import ReferralStanding
from ieum_contracts.codes import AskType, Decision, State
from ieum_contracts.lifecycle.table import ENDED, NAMES_ALL_THAT_WAIT, ROWS
from ieum_lab.simulator.agency_client import AgencyClient

EVENTS_SHOWN = 200
PAUSE_SECONDS = 0.8
"""Seconds between two pages, so that a busy feed is not read event by event."""

RESULT: Mapping[Decision, State | None] = {row.decision: row.to for row in ROWS}
"""The state to which a decision leads; None when it stays."""

Role = Literal["sender", "recipient"]


@dataclass(slots=True)
class FollowedReferral:
    """One referral as one of its two agencies knows it from its own feed."""

    agency: str
    peer: str
    referral: UUID
    role: Role
    programme: str
    since: datetime
    state: State = State.REQUESTED
    open_asks: set[UUID] = field(default_factory=set)

    @property
    def is_finished(self) -> bool:
        """Whether nothing is left to be done or to be heard."""
        return self.state in ENDED and not self.open_asks

    def take(self, event: FeedEvent, name: str) -> None:
        """Apply what the recipient said or the sender asked."""
        if name in _ASKS:
            self.open_asks.add(event.id)
        elif name in _DECISIONS:
            decision = Decision(name)
            self.state = RESULT[decision] or self.state
            answers = (event.data or {}).get("answers", [])
            self.open_asks -= {UUID(str(each)) for each in answers} if isinstance(answers, list) else set()
            if self.role == "recipient" and decision in NAMES_ALL_THAT_WAIT:
                self.open_asks.clear()

    def correct(self, standing: ReferralStanding) -> None:
        """Update from the agency's own answer."""
        self.state = standing.state
        self.open_asks = {ask.id for ask in standing.open_asks}


_ASKS, _DECISIONS = frozenset(map(str, AskType)), frozenset(map(str, Decision))


class FeedFollower:
    """Follows all feeds from their beginning; calls `noticed` with each side of a referral that changed."""

    def __init__(self, clients: Mapping[str, AgencyClient]) -> None:
        self.sides: dict[tuple[str, UUID], FollowedReferral] = {}
        self.latest: deque[tuple[str, FeedEvent]] = deque(maxlen=EVENTS_SHOWN)
        self.events = 0
        self.noticed: Callable[[FollowedReferral, FeedEvent], None] = lambda _side, _event: None
        self.hearing: Callable[[str, FeedEvent], None] = lambda _agency, _event: None
        self._clients = clients

    async def run(self) -> None:
        """Follow until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for client in self._clients.values():
                tasks.create_task(self._follow(client))

    def of(self, agency: str) -> list[FollowedReferral]:
        """List an agency's referrals."""
        return [side for side in self.sides.values() if side.agency == agency]

    async def _follow(self, client: AgencyClient) -> None:
        after = BEGINNING
        while True:
            page = await client.events(after)
            for event in page.events:
                self._take(client.agency, event)
            after = page.next
            await asyncio.sleep(PAUSE_SECONDS)

    def _take(self, agency: str, event: FeedEvent) -> None:
        self.events += 1
        self.latest.append((agency, event))
        self.hearing(agency, event)
        name = event.type.rpartition(".v")[0].removeprefix("referral.")
        if name == "requested":
            self.sides[agency, event.key] = FollowedReferral(
                agency,
                event.peer.rpartition("/")[2],
                event.key,
                "sender" if event.direction == "said" else "recipient",
                str((event.data or {}).get("programme", "")),
                event.at,
            )
        side = self.sides.get((agency, event.key))
        if side is not None:
            side.take(event, name)
            self.noticed(side, event)
