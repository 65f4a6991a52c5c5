"""One referral between two agencies' systems; each waits until its move is possible."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from pydantic import JsonValue

from ieum.api.agency.representations import ReferralStanding
from ieum_lab.embedded.errors import StackError
from ieum_lab.simulator.agency_client import AgencyClient, RefusedError

WAIT_SECONDS_MAX = 60.0
PAUSE_SECONDS = 0.03
NOT_THERE_YET = 404


@dataclass(frozen=True, slots=True)
class Handover:
    """A referral that was sent."""

    id: UUID
    journey: UUID
    sender: AgencyClient
    recipient: AgencyClient

    async def decides(self, decision: str, **fields: JsonValue) -> ReferralStanding:
        """Let the recipient's worker decide, as soon as the decision is possible."""
        await self._until(self.recipient, lambda it: decision in it.allowed, decision)
        return await self.recipient.decide(self.id, decision, fields)

    async def asks(self, ask: str, **fields: JsonValue) -> ReferralStanding:
        """Let the sender's worker ask, as soon as the ask is possible."""
        await self._until(self.sender, lambda it: ask in it.allowed, ask)
        return await self.sender.ask(self.id, ask, fields)

    async def is_answered(self) -> ReferralStanding:
        """Wait until the sender has heard the first answer."""
        return await self._until(self.sender, lambda it: it.state != "requested", "an answer")

    async def becomes(self, *states: str) -> ReferralStanding:
        """Wait until the sender has heard that it is in one of these states."""
        return await self._until(self.sender, lambda it: it.state in states, " or ".join(states))

    async def is_settled(self, state: str) -> ReferralStanding:
        """Wait until both sides show this state and no open ask; returns the recipient's view."""
        await self._until(self.sender, lambda it: it.state == state and not it.open_asks, state)
        return await self._until(self.recipient, lambda it: it.state == state and not it.open_asks, state)

    async def is_served(self, outcome: str, **fields: JsonValue) -> ReferralStanding:
        """Take the usual course: accepted, started, completed with this outcome, acknowledged, closed."""
        await self.decides("accepted")
        await self.decides("started")
        return await self.is_concluded(outcome, **fields)

    async def is_concluded(self, outcome: str, **fields: JsonValue) -> ReferralStanding:
        """Finish work that has started: completed with this outcome, acknowledged, closed."""
        await self.decides("completed", outcome=outcome, **fields)
        await self.asks("outcome-acknowledged")
        return await self.is_settled("closed")

    async def _until(
        self, client: AgencyClient, condition: Callable[[ReferralStanding], bool], what: str
    ) -> ReferralStanding:
        last = "nothing of it"
        for _ in range(int(WAIT_SECONDS_MAX / PAUSE_SECONDS)):
            try:
                standing = await client.read(self.id)
            except RefusedError as error:
                if error.status != NOT_THERE_YET:
                    raise
            else:
                if condition(standing):
                    return standing
                last = f"{standing.state} with {len(standing.open_asks)} open ask(s)"
            await asyncio.sleep(PAUSE_SECONDS)
        raise StackError(
            f"The referral {self.id} from {self.sender.agency} to {self.recipient.agency} did not come to "
            f"'{what}' at {client.agency}, which still says {last}. Look at the logs of both."
        )
