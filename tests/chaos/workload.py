"""A seeded workload: inquiries and referrals both ways, decisions and asks at random, each to its end."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random

from ieum_contracts.codes import State
from ieum_contracts.lifecycle import ENDED
from ieum_lab.simulator.moves import ask_fields, decision_fields
from ieum_lab.simulator.people import facts, person
from ieum_lab.testing.outside_facts import Owed
from tests.chaos.agencies.hurried import COURSE
from tests.chaos.caller import Caller, Json, Met
from tests.chaos.scene import Scene

CONFLICTS, INVALID = (404, 409, 412), 422
WRONG_TIMES = {"time_too_late", "time_too_early"}
PROGRAMMES = {
    "employment-center": "employment-support-1",
    "city-welfare-team": "welfare-counselling",
    "women-reemployment-center": "women-counselling",
}
"""What each agency is asked for: most have rules, so that assessments travel as well."""
NEVER_ASSESSED = ("welfare-counselling",)
WEIGHTS = {
    "progressed": 12,
    "accepted": 6,
    "started": 6,
    "held": 2,
    "resumed": 6,
    "completed": 1,
    "failed": 0.2,
    "declined": 0.1,
    "redirected": 0.1,
    "info-requested": 1,
    "waitlisted": 0.5,
    "withdrawn": 0.05,
    "reopened": 3,
    "ask-rejected": 1,
    "received": 1,
    "cancelled": 1,
    "info-supplied": 6,
    "amended": 2,
    "cancel-requested": 0.1,
    "outcome-acknowledged": 3,
    "outcome-disputed": 1,
    "consent.withdrawn": 0.03,
}
COURSE_WEIGHTS = WEIGHTS | dict.fromkeys(
    ("accepted", "waitlisted", "info-requested", "declined", "redirected", "received", "reopened"), 0
)
COURSE_WEIGHTS |= {"outcome-disputed": 0, "completed": 4}
"""No worker gives a place of a course away, or takes one back: the service does."""
INQUIRIES, COURSES, WORDS_ON_ELIGIBILITY = 0.15, 0.4, 0.02
"""How many new things are inquiries, how many referrals are to a course, how many steps tell of facts."""
RIVALS = 0.2
"""How many orders are given twice at once, under two keys, to the two instances."""
WAITING = 0.5
"""How likely a side does nothing, and looks again."""
ENDING = {"completed": 20, "outcome-acknowledged": 40, "accepted": 8, "declined": 4, "cancelled": 8}
"""What is preferred when every referral has to come to its end."""
_ENDS_COURSE = ("completed", "outcome-acknowledged")


@dataclass
class Journey:
    """One referral that is not at its end, and what each side was last told of it."""

    id: str
    sender: str
    recipient: str
    programme: str
    known: dict[str, Json] = field(default_factory=dict)
    busy: bool = False

    @property
    def ended(self) -> bool:
        """Whether the recipient is through with it: only what the sender still says could change it."""
        standing = self.known.get(self.recipient)
        return standing is not None and standing["state"] in ENDED and not standing["open_asks"]


class Workload:
    """Keeps a number of referrals under way."""

    def __init__(
        self, scene: Scene, seed: int, under_way: int, pause_seconds: float, workers: int = 12
    ) -> None:
        self.met = Met(facts=scene.facts)
        self.made = 0
        self._scene = scene
        self._random = Random(f"workload {seed}")
        self._under_way = under_way
        self._pause_seconds = pause_seconds
        self._workers = workers
        self._journeys: list[Journey] = []
        self._callers = {
            agency: Caller(
                [service.url for service in scene.services[agency]],
                self.met,
                scene.token(agency),
                str(scene.centre.address(agency)),
            )
            for agency in scene.agencies
        }
        self._ending = False
        self.may_work = asyncio.Event()
        self.may_work.set()

    @property
    def open(self) -> int:
        """How many referrals are not at their end."""
        return len(self._journeys)

    async def run(self) -> None:
        """Work until `finish`; returns when every referral has come to its end."""
        async with asyncio.TaskGroup() as tasks:
            for _ in range(self._workers):
                tasks.create_task(self._work())

    def finish(self) -> None:
        """Make no new referrals, and bring those that there are to their end."""
        self._ending = True

    def close(self) -> None:
        for caller in self._callers.values():
            caller.close()

    async def _work(self) -> None:
        while not (self._ending and not self._journeys):
            await self.may_work.wait()
            idle = [journey for journey in self._journeys if not journey.busy]
            if not self._ending and self.open < self._under_way:
                inquires = self._random.random() < INQUIRIES
                await (self._inquire() if inquires else self._refer())
            elif idle:
                journey = self._random.choice(idle)
                journey.busy = self._random.random() > 0.05  # now and then two work at the same one
                await self._step(journey)
                journey.busy = False
            await asyncio.sleep(self._pause_seconds)

    async def _refer(self) -> None:
        self.made += 1
        sender, recipient = self._random.sample(self._scene.agencies, 2)
        course = self._scene.automatic and self._random.random() < COURSES
        programme = COURSE if course else PROGRAMMES[recipient]
        order = person(
            recipient,
            programme,
            f"chaos-{self.made}",
            centre=self._scene.centre.id,
            why="시험용 의뢰입니다.",
            circumstances=facts("verified", household_size=2) if course else None,
        )
        status, answer = await self._callers[sender].post("/v1/referrals", order)
        if status in CONFLICTS:  # it cannot be refused but for itself: the judge will say so
            self.met.strange.append(f"{programme}: {answer}")
            return
        if self._is_by_a_wrong_clock(sender, status, answer):
            return
        assert status == 201, answer
        if programme not in NEVER_ASSESSED:
            at = str(self._scene.centre.address(recipient))
            self.met.facts.append(Owed(at, answer["id"], "eligibility.assessed.v1"))
        self._journeys.append(Journey(answer["id"], sender, recipient, programme, {sender: answer}))

    async def _inquire(self) -> None:
        sender, recipient = self._random.sample(self._scene.agencies, 2)
        known = {"circumstances": facts(household_size=2, birth_date="1990-01-01")}
        status, answer = await self._callers[sender].post(
            "/v1/inquiries", {"recipients": [recipient], "sealed": known}
        )
        assert status == 201, answer

    async def _step(self, journey: Journey) -> None:
        """Let one side do one thing that it believes it may do."""
        side = journey.recipient if self._random.random() < 0.75 else journey.sender
        standing = journey.known.get(side) or await self._read(journey, side)
        if journey.id in self._scene.lost or (journey.ended and self._random.random() < 0.5):
            if journey in self._journeys:  # two may have worked at it
                self._journeys.remove(journey)
        elif self._random.random() < WORDS_ON_ELIGIBILITY:
            await self._tell_of_eligibility(journey, side)
        elif standing is None or not (move := self._move(journey, standing["allowed"])):
            journey.known.pop(side, None)
        else:
            await self._order(journey, side, move, standing["version"])

    async def _read(self, journey: Journey, side: str) -> Json | None:
        status, answer = await self._callers[side].get(f"/v1/referrals/{journey.id}")
        if status != 200:
            return None
        journey.known[side] = answer
        return answer

    async def _tell_of_eligibility(self, journey: Journey, side: str) -> None:
        """Confirm what was assessed, or tell that a client stands otherwise; many such orders are refused."""
        assessed = journey.programme not in NEVER_ASSESSED
        if side == journey.recipient and assessed and self._random.random() < 0.5:
            path, body = "confirmations", {"finding": "eligible", "ground": "facts-verified", "by": "SIM-1"}
        else:
            today = datetime.now(UTC).date().isoformat()
            standing = {"old": "likely", "new": "granted", "effective_on": today}
            path, body = "eligibility-changes", {"programme": "livelihood", **standing}
        status, answer = await self._callers[side].post(f"/v1/referrals/{journey.id}/{path}", body)
        assert status in {200, *CONFLICTS}, answer
        journey.known.pop(side, None)

    def _is_by_a_wrong_clock(self, side: str, status: int, answer: Json) -> bool:
        """Whether an agency refused a time of now, because it takes another time for now."""
        codes = {each.get("code", "") for each in answer.get("errors", ())}
        return side in self._scene.stepped and status == INVALID and codes <= WRONG_TIMES

    def _move(self, journey: Journey, allowed: Sequence[str]) -> str:
        weights = WEIGHTS | ENDING if self._ending else WEIGHTS
        if journey.programme == COURSE:
            weights = COURSE_WEIGHTS | {each: ENDING[each] for each in _ENDS_COURSE if self._ending}
        chances = [WAITING, *(weights.get(move, 0) for move in allowed)]
        return self._random.choices(["", *allowed], chances)[0]

    async def _order(self, journey: Journey, side: str, move: str, version: int) -> None:
        if side == journey.recipient:
            elsewhere = [(f"/{self._scene.centre.id}/{journey.sender}", PROGRAMMES[journey.sender])]
            path, body = "decisions", {"decision": move, **decision_fields(move, self._random, elsewhere)}
        else:
            path, body = "asks", {"ask": move, **ask_fields(move, self._random)}
            if move == "amended":
                phone = f"010-0000-{self._random.randrange(10_000):04}"
                body["sealed"] = {"contact": {"phone": phone, "safe_to_call": True}}
        if_match = version if self._random.random() < 0.5 else None
        post, rivals = self._callers[side].post, 2 if self._random.random() < RIVALS else 1
        path = f"/v1/referrals/{journey.id}/{path}"
        answers = await asyncio.gather(*(post(path, body, if_match) for _ in range(rivals)))
        done = [answer for status, answer in answers if status in {200, 201}]
        for status, answer in answers:
            assert answer in done or status in CONFLICTS or self._is_by_a_wrong_clock(side, status, answer), (
                answer
            )
        self.met.refused += rivals - len(done)
        if not done:
            journey.known.pop(side, None)
            return
        self._look_at_rivals(side, if_match, done)
        answer = journey.known[side] = max(done, key=lambda each: each["version"])
        if State(answer["state"]) in ENDED:
            journey.known.pop(journey.sender if side == journey.recipient else journey.recipient, None)

    def _look_at_rivals(self, side: str, if_match: int | None, done: Sequence[Json]) -> None:
        """Of two orders given at once each has a version of its own, and one at most had the same before it.

        A database that went back in the meantime may give a version twice.
        """
        one_at_most = {each["version"] for each in done} if if_match is None else {if_match}
        if len(done) > len(one_at_most) and side not in self._scene.rewound:
            self.met.strange.append(f"Two orders were done as one: {done}")
