"""An agency with three counted places that its service gives away, one that refers to it, and a client."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from ieum.agency import Agency, Names, Programme
from ieum.application.room_keeper import RoomKeeper
from ieum.application.room_source import RoomSource
from ieum.casework.capacity import AnswerPolicy, QueueOrder
from ieum.casework.eligibility import rule
from ieum.delivery.sending.outbox import Outbox
from ieum_lab.testing.centre import CentreUnderTest
from services.employment_center.agency import AGENCY as EMPLOYMENT
from tests.kit.api.agency_api import Api, open_api, settle
from tests.kit.api.referring import referral_order

COURSE, FAIR, BY_HAND = "test-course", "test-fair", "test-counselling"


@rule("시험 규칙 3 (2020)", "가구원이 있다", since=date(2020, 1, 1))
def household_counted(household_size: int) -> bool:
    """Ask for a household with members."""
    return household_size > 0


def programme(name: str, **fields: Any) -> Programme:
    return Programme(name, Names("시험", "Test"), Names("시험", "Test"), rules=(household_counted,), **fields)


AGENCY = Agency(
    "city-job-center",
    Names("시험", "Test"),
    (
        programme(COURSE, answer=AnswerPolicy.AUTOMATIC, places=3),
        programme(FAIR, answer=AnswerPolicy.AUTOMATIC, queue_order=QueueOrder.MOST_URGENT_FIRST),
        programme(BY_HAND),
    ),
    rule_set="test",
)


class Leading:
    """Delivery of a process that leads, as far as a keeper of room looks at it."""

    def __init__(self, outbox: Outbox) -> None:
        self.outbox = outbox
        self.leading = asyncio.Event()
        self.leading.set()

    def wake(self) -> None:
        """Leave the sending to the test."""


@dataclass(frozen=True)
class RoomWorld:
    """The two agencies, and the keeper of the recipient's room."""

    sender: Api
    recipient: Api
    keeper: RoomKeeper
    source: RoomSource

    async def refer(self, to: str = COURSE, source: str = "verified", **fields: object) -> str:
        """Refer one client; gives the referral's id."""
        order = referral_order(self.recipient.me, programme=to, **fields)
        order["sealed"]["circumstances"] = {"household_size": {"value": 2, "source": source}}
        answer = await self.sender.post("/v1/referrals", order)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def turn(self) -> int:
        """Carry everything, and move until nothing moves; gives the moves."""
        await settle(self.sender, self.recipient)
        count = 0
        while made := await self.keeper.turn():
            count += made
            await settle(self.sender, self.recipient)
        return count

    async def decide(self, referral: str, **decision: object) -> None:
        """Decide as the recipient's worker."""
        answer = await self.recipient.post(f"/v1/referrals/{referral}/decisions", decision)
        assert answer.status_code == 200, answer.text

    async def state(self, referral: str) -> str:
        """Read the state at the sender."""
        return str((await self.sender.http.get(f"/v1/referrals/{referral}")).json()["state"])

    async def states(self, referrals: list[str]) -> dict[str, int]:
        """Count the states at the sender."""
        return dict(Counter([await self.state(each) for each in referrals]))

    async def told(self, referral: str) -> list[dict[str, Any]]:
        """Read what was told of places on the waiting list, in order."""
        history = (await self.sender.http.get(f"/v1/referrals/{referral}")).json()["history"]
        return [each["data"] for each in history if each["type"] == "referral.waitlisted.v1"]


def keeper_of(api: Api) -> tuple[RoomKeeper, RoomSource]:
    """Make a keeper as one process has it."""
    context, policies = api.api_context.delivery, api.api_context.room_policies
    source = RoomSource(policies, context.clock)
    return RoomKeeper(context, api.api_context.handler, Leading(api.outbox), source), source


@asynccontextmanager
async def open_world(centre: CentreUnderTest) -> AsyncIterator[RoomWorld]:
    """Open both APIs."""
    async with open_api(centre, EMPLOYMENT, AGENCY) as sender, open_api(centre, AGENCY, EMPLOYMENT) as mine:
        yield RoomWorld(sender, mine, *keeper_of(mine))
