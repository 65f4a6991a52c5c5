"""Referrals for reports: made and answered through the API, or written with times of the past."""

import csv
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import StringIO
from random import Random
from typing import Any

from ieum_lab.embedded.stack import Stack
from ieum_lab.testing.centre import Template, end_centre, new_centre
from services.city_welfare_team.agency import AGENCY as WELFARE
from services.employment_center.agency import AGENCY as EMPLOYMENT
from tests.kit.api.agency_api import Api, open_api, settle
from tests.kit.api.referring import referral_order


@dataclass(frozen=True, slots=True)
class Two:
    """The employment center, which asks, and the welfare team, which is asked."""

    sender: Api
    recipient: Api

    async def refer(self, number: int) -> list[str]:
        """Refer clients, and let the requests arrive."""
        made = [
            await self.sender.post("/v1/referrals", referral_order(self.recipient.me)) for _ in range(number)
        ]
        await settle(self.sender, self.recipient)
        return [each.json()["id"] for each in made]

    async def decide(self, referrals: list[str], decision: str, **fields: object) -> None:
        """Decide on each, and let the sender hear it."""
        for each in referrals:
            path = f"/v1/referrals/{each}/decisions"
            answer = await self.recipient.post(path, {"decision": decision, **fields})
            assert answer.status_code == 200, answer.text
        await settle(self.sender, self.recipient)


@asynccontextmanager
async def opened(stack: Stack, template: Template) -> AsyncIterator[Two]:
    """Open two agencies that nobody else uses."""
    centre = await new_centre(stack, template, (EMPLOYMENT.id, WELFARE.id))
    async with (
        open_api(centre, EMPLOYMENT, WELFARE) as sender,
        open_api(centre, WELFARE, EMPLOYMENT) as asked,
    ):
        yield Two(sender, asked)
    await end_centre(centre)


def months_before(now: datetime, months: int) -> str:
    """Name a month before the running one, in Seoul."""
    seoul = now + timedelta(hours=9)
    years, index = divmod(seoul.year * 12 + seoul.month - 1 - months, 12)
    return f"{years}-{index + 1:02}"


def table(text: str) -> list[dict[str, str]]:
    """Read a table."""
    return list(csv.DictReader(StringIO(text)))


async def report(api: Api, name: str, **params: str) -> Any:
    """Read a report."""
    answer = await api.http.get(f"/v1/reports/{name}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


WRITE_REFERRAL = """
insert into referral (
    id, recipient, peer, journey, programme, state, version, ask_ids, ask_types, reopened, disputed,
    withdrawn, erased, reason, created_at, changed_at, asked, ended_here, ended_reason
) values (
    $1, $2, $3, $1, 'livelihood', $4, 1, '{}', '{}', false, false, false, false, $5, $6, $6, '{}', $7, $8
)
"""
WRITE_EVENT = """
insert into ledger (key, peer, family, said, sequence, event_id, type, at, headers, digest, fate)
values ($1, $2, 1, $3, $4, gen_random_uuid(), $5, $6, '', '', 'applied')
"""


@dataclass(frozen=True, slots=True)
class Course:
    """One referral as it went: when it was asked, its decisions with their minutes after that, its end."""

    asked_at: datetime
    decisions: tuple[tuple[str, float], ...]
    state: str
    reason: str | None = None
    ended_here: str | None = None


_STATES = {"accepted": "accepted", "declined": "declined", "info-requested": "info-requested"}


def courses(chance: Random, month: datetime, number: int) -> list[Course]:
    """Make up referrals of one month: answered soon or late, given up, called off, or never answered."""
    made = []
    for _ in range(number):
        asked_at = month + timedelta(minutes=chance.randint(0, 27 * 1440))
        first = chance.choice(["accepted", "info-requested", "declined", "silent", "called-off", "system"])
        after = round(chance.expovariate(1 / 900), 3)
        if first == "silent":
            given_up = chance.random() < 0.5
            made.append(
                Course(asked_at, (("received", 0.1),), "received", None, "abandoned" if given_up else None)
            )
        elif first == "called-off":
            cause = chance.choice(["recipient-silent", "found-work"])
            made.append(Course(asked_at, (("received", 0.1), ("cancelled", after)), "cancelled", cause))
        elif first == "system":
            made.append(Course(asked_at, (("declined", 0.0),), "declined", "consent-invalid"))
        elif first == "info-requested":
            later = (("accepted", after * 2),) if chance.random() < 0.6 else ()
            state = "accepted" if later else "info-requested"
            made.append(Course(asked_at, (("received", 0.1), (first, after), *later), state))
        else:
            reason = "no-capacity" if first == "declined" else None
            made.append(Course(asked_at, (("received", 0.1), (first, after)), _STATES[first], reason))
    return made


async def write(api: Api, made: list[Course], *, recipient: bool) -> None:
    """Write courses as this agency's database would hold them."""
    peer = api.api_context.delivery.peers.number(api.peer)
    async with api.database.acquire() as connection, connection.transaction():
        for each in made:
            key = await connection.fetchval("select gen_random_uuid()")
            ended_reason = "recipient-silent" if each.ended_here else None
            await connection.execute(
                *(WRITE_REFERRAL, key, recipient, peer, each.state, each.reason, each.asked_at),
                *(each.ended_here, ended_reason),
            )
            request = (WRITE_EVENT, key, peer, not recipient, 1, "referral.requested.v1", each.asked_at)
            await connection.execute(*request)
            for number, (decision, minutes) in enumerate(each.decisions, 1):
                at = each.asked_at + timedelta(minutes=minutes)
                await connection.execute(
                    *(WRITE_EVENT, key, peer, recipient, number, f"referral.{decision}.v1", at)
                )


NOW = datetime.now(UTC)
