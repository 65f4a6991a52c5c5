"""Random workers of every agency: they follow the feed, see the allowed moves, and choose by seed."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Sequence
from random import Random
from uuid import UUID

from ieum.api.agency.events import FeedEvent
from ieum.api.agency.representations import ReferralStanding
from ieum_contracts.codes import AskType, Decision, State
from ieum_contracts.lifecycle.table import CONCLUDED
from ieum_lab.simulator.agency_client import AgencyClient, RefusedError
from ieum_lab.simulator.chance import seeded
from ieum_lab.simulator.feed_follower import FeedFollower, FollowedReferral
from ieum_lab.simulator.habits import RECIPIENT, SENDER, UNBENT, WAIT, Bias, choose
from ieum_lab.simulator.moves import ask_fields, decision_fields
from ieum_lab.simulator.simulated_centre import SimulatedCentre

HANDS_PER_DESK = 6
FIRST_LOOK_SECONDS = (5.0, 12.0)
"""Seconds until a worker opens a new referral: the system's receipt is quick, people are not."""
THINK_SECONDS = (0.2, 1.2)
FORGOTTEN_SECONDS = 8.0
SWEEP_SECONDS = 1.0
CURIOSITY = 0.15
"""How often a sender opens a referral without a need, after an event of it."""
CROSSED = frozenset({404, 409, 412})
"""Refusals of a referral that has not arrived yet or has changed meanwhile."""

Key = tuple[str, UUID]


class Workers:
    """The workers of all agencies; while `run` runs they take every referral to its end."""

    def __init__(
        self, centre: SimulatedCentre, follower: FeedFollower, seed: int, elsewhere: Sequence[tuple[str, str]]
    ) -> None:
        self.made: Counter[str] = Counter()
        self._centre = centre
        self._follower = follower
        self._seed = seed
        self._elsewhere = elsewhere
        self._places: dict[UUID, tuple[int, Bias]] = {}
        self._chances: dict[Key, Random] = {}
        self._moves: defaultdict[Key, Counter[str]] = defaultdict(Counter)
        self._answers: dict[Key, ReferralStanding] = {}
        self._planned: set[Key] = set()
        self._touched: dict[Key, float] = {}
        self._queues: dict[str, asyncio.Queue[FollowedReferral]] = {
            agency: asyncio.Queue() for agency in centre.clients
        }

    def expect(self, referral: UUID, ordinal: int, leaning: Bias) -> None:
        """Register a referral with its place in the stream and its bias."""
        self._places[referral] = ordinal, leaning

    async def run(self) -> None:
        """Work until cancelled."""
        self._follower.noticed = self._notice
        async with asyncio.TaskGroup() as tasks:
            for agency, client in self._centre.clients.items():
                for _ in range(HANDS_PER_DESK):
                    tasks.create_task(self._work(client, self._queues[agency]))
            tasks.create_task(self._sweep())

    def unfinished(self) -> list[FollowedReferral]:
        """Return the sides of referrals on which something is left to do or to hear."""
        return [side for side in self._follower.sides.values() if not side.is_finished]

    def _notice(self, side: FollowedReferral, event: FeedEvent) -> None:
        if event.direction == "said" and side.state is not State.RECEIVED:
            return  # a worker's own move: that worker continues by itself
        needed = side.role == "recipient" or side.state in CONCLUDED or side.state is State.INFO_REQUESTED
        bent = self._leaning(side) is not UNBENT
        if needed or bent or self._chance(side).random() < CURIOSITY:
            self._plan(side)

    async def _sweep(self) -> None:
        """Schedule referrals that nobody has opened for a while, so that none is forgotten."""
        loop = asyncio.get_running_loop()
        while True:
            for side in self.unfinished():
                touched = self._touched.setdefault((side.agency, side.referral), loop.time())
                if loop.time() - touched > FORGOTTEN_SECONDS:
                    self._plan(side)
            await asyncio.sleep(SWEEP_SECONDS)

    def _plan(self, side: FollowedReferral) -> None:
        loop, key = asyncio.get_running_loop(), (side.agency, side.referral)
        self._touched[key] = loop.time()
        if key not in self._planned:
            self._planned.add(key)
            hasty = side.role == "sender" and self._leaning(side).is_hasty
            seconds = THINK_SECONDS if hasty or key in self._moves else FIRST_LOOK_SECONDS
            think = self._chance(side).uniform(*seconds)
            loop.call_later(think, self._queues[side.agency].put_nowait, side)

    async def _work(self, client: AgencyClient, queue: asyncio.Queue[FollowedReferral]) -> None:
        while True:
            side = await queue.get()
            self._planned.discard((side.agency, side.referral))
            try:
                goes_on = await self._look(client, side)
            except RefusedError as error:
                if error.status not in CROSSED:
                    raise
                goes_on = True
            if goes_on:
                self._plan(side)

    async def _look(self, client: AgencyClient, side: FollowedReferral) -> bool:
        """Open a referral and make at most one move; returns whether there may be more to do."""
        key = side.agency, side.referral
        standing = self._answers.pop(key, None) or await client.read(side.referral)
        side.correct(standing)
        move = self._choice(side, standing)
        self._moves[key][move] += 1
        if move == WAIT:
            return False
        answer = await self._make(client, side, standing, move)
        self.made[move] += 1
        if side.role == "sender":
            return False
        self._answers[key] = answer
        return True

    async def _make(
        self, client: AgencyClient, side: FollowedReferral, standing: ReferralStanding, move: str
    ) -> ReferralStanding:
        """Make a move, if nothing has changed since it was chosen."""
        chance = self._chance(side)
        if side.role == "sender":
            return await client.ask(side.referral, move, ask_fields(move, chance), standing.version)
        fields = decision_fields(move, chance, self._elsewhere, self._centre.now().date())
        if move == Decision.ASK_REJECTED:
            fields["answers"] = [str(standing.open_asks[0].id)]
        return await client.decide(side.referral, move, fields, standing.version)

    def _choice(self, side: FollowedReferral, standing: ReferralStanding) -> str:
        disputed = any(ask.ask is AskType.OUTCOME_DISPUTED for ask in standing.open_asks)
        if side.role == "sender" and disputed:
            return WAIT
        state = standing.state
        weights = (SENDER if side.role == "sender" else RECIPIENT).get(state, {})
        made = self._moves[side.agency, side.referral]
        leaning, chance = self._leaning(side), self._chance(side)
        return choose(state, weights, standing.allowed, leaning=leaning, made=made, chance=chance)

    def _leaning(self, side: FollowedReferral) -> Bias:
        place = self._places.get(side.referral)
        return UNBENT if place is None else place[1]

    def _chance(self, side: FollowedReferral) -> Random:
        """Return the side's own random generator: it depends only on seed and place in the stream."""
        place = self._places.get(side.referral)
        if place is None:
            return seeded(self._seed, side.referral)
        key = side.agency, side.referral
        if key not in self._chances:
            self._chances[key] = seeded(self._seed, place[0], side.role)
        return self._chances[key]
