"""A month that passes while one watches: what nobody attends to, and what the clocks make of it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta

from ieum_contracts.overdue import Clock
from ieum_contracts.timing import SEOUL
from ieum_lab.simulator.clock_teller import KEY_CHARACTERS
from ieum_lab.simulator.handover import Handover
from ieum_lab.simulator.people import MUNICIPALITY, facts, person
from ieum_lab.simulator.simulated_centre import SimulatedCentre

WELFARE, EMPLOYMENT, JOBS = "city-welfare-team", "employment-center", "city-job-center"
VETERANS, FAIR = "veterans-center", "job-fair"
WITHDRAWN_DAY, FREE_DAY, PROMISED_DAY = 5, 10, 14
LOOK_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Month:
    """The centre, from when to when one watches, and who is told what happens."""

    centre: SimulatedCentre
    begins: datetime
    ends: datetime
    tell: Callable[[str], None]

    async def comes(self, day: int) -> bool:
        """Wait for a day; False, at once, where the days that one watches end before it."""
        at = self.begins + timedelta(days=day)
        if at >= self.ends:
            return False
        await self.centre.until(at)
        return True

    async def refer(self, sender: str, recipient: str, programme: str) -> Handover:
        """Refer somebody to whom nobody will attend."""
        form = person(
            recipient,
            programme,
            f"{self.centre.mark}-m{programme}",
            centre=self.centre.centre,
            why="시험용 의뢰입니다.",
            circumstances=facts("verified", residence_municipality=MUNICIPALITY),
            needs=["work-finding"],
            goals=["employment"],
        )
        return await self.centre.refer(sender, form)


async def pass_days(centre: SimulatedCentre, days: float, tell: Callable[[str], None]) -> None:
    """Leave some referrals unattended, and tell what is due, until the days have passed."""
    begins = centre.now()
    month = Month(centre, begins, begins + timedelta(days=days), tell)
    tell(f"{days:g} days pass. Nobody attends to some referrals, and the clocks speak.")
    async with asyncio.TaskGroup() as tasks:
        for act in ACTS:
            tasks.create_task(act(month))
        tasks.create_task(_tell_what_is_due(month))


async def _nobody_decides(month: Month) -> None:
    await month.refer(WELFARE, VETERANS, "veterans-tailored")
    month.tell(f"  {WELFARE} referred to {VETERANS}, where nobody decides.")


async def _question_unanswered(month: Month) -> None:
    asked = await month.refer(EMPLOYMENT, WELFARE, "welfare-counselling")
    await asked.decides("info-requested", questions=["income"])
    month.tell(f"  {WELFARE} asked {EMPLOYMENT} something, and nobody answers.")


async def _outcome_unacknowledged(month: Month) -> None:
    done = await month.refer(JOBS, EMPLOYMENT, "re-employment-support")
    await done.decides("accepted")
    await done.decides("started")
    await done.decides("completed", outcome="information-only")
    month.tell(f"  {EMPLOYMENT} completed its work, and {JOBS} does not look at it.")


async def _work_without_news(month: Month) -> None:
    begun = await month.refer(WELFARE, EMPLOYMENT, "re-employment-support")
    await begun.decides("accepted")
    await begun.decides("started")
    month.tell(f"  {EMPLOYMENT} began to work for {WELFARE}, and says nothing more.")


async def _promise_not_kept(month: Month) -> None:
    waits = await month.refer(JOBS, VETERANS, "veterans-tailored")
    promised = month.begins + timedelta(days=PROMISED_DAY)
    await waits.decides("waitlisted", review_at=promised.isoformat(timespec="seconds"))
    month.tell(f"  {VETERANS} has a waiting list, and promised {JOBS} to look again on day {PROMISED_DAY}.")


async def _consent_withdrawn(month: Month) -> None:
    served = await month.refer(VETERANS, JOBS, "job-counselling")
    await served.decides("declined", reason="client-declined")
    await served.is_settled("declined")
    if await month.comes(WITHDRAWN_DAY):
        await served.asks("consent.withdrawn")
        month.tell(f"  A client withdrew at {VETERANS}, after {JOBS} had declined.")


async def _place_becomes_free(month: Month) -> None:
    jobs = month.centre.clients[JOBS]
    await jobs.set_room(FAIR, {"places": 1})
    first = await month.refer(EMPLOYMENT, JOBS, FAIR)
    await first.becomes("accepted")
    second = await month.refer(WELFARE, JOBS, FAIR)
    await second.becomes("waitlisted")
    month.tell(f"  {FAIR} of {JOBS} is full: {WELFARE}'s client waits until a place is free.")
    if await month.comes(FREE_DAY):
        await first.decides("completed", outcome="attended")
        await second.becomes("accepted")
        month.tell("  A place became free, and the waiting list moved by itself.")
        await second.decides("completed", outcome="attended")
    await jobs.set_room(FAIR, {"room": "open"})


async def _tell_what_is_due(month: Month) -> None:
    """Tell what `GET /v1/due` says at all desks, whenever something else is late."""
    before: set[str] = set()
    while (now := month.centre.now()) < month.ends:
        late = {each async for each in _late(month.centre)}
        if late - before:
            day = (now - month.begins).days
            today, new = now.astimezone(SEOUL).strftime("%a %d %b %H:%M"), "; ".join(sorted(late - before))
            month.tell(f"Day {day}, {today}: {len(late)} late or nearly so at the desks. New: {new}.")
        before = late
        await asyncio.sleep(min(LOOK_SECONDS, month.centre.seconds_until(month.ends)))


async def _late(centre: SimulatedCentre) -> AsyncIterator[str]:
    """Give what is late at any desk, each once, but receipts: no system is slow, time is fast."""
    for client in centre.clients.values():
        for each in (await client.due()).due:
            if each.level is not None and each.clock is not Clock.TECHNICAL_RECEIPT:
                holder, key = each.holder.rpartition("/")[2], str(each.referral)[-KEY_CHARACTERS:]
                yield f"{each.clock} by {holder} …{key} ({each.level})"


ACTS: tuple[Callable[[Month], Coroutine[None, None, None]], ...] = (
    _nobody_decides,
    _question_unanswered,
    _outcome_unacknowledged,
    _work_without_news,
    _promise_not_kept,
    _consent_withdrawn,
    _place_becomes_free,
)
"""What is left unattended, side by side."""
