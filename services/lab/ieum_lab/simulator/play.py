"""The whole run: the stories one after another, then the stream, until every referral has ended."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from ieum.api.agency.programmes import OfferedProgramme
from ieum_lab.embedded.errors import StackError
from ieum_lab.simulator.board import Board
from ieum_lab.simulator.clock_teller import ClockTeller, Spoken
from ieum_lab.simulator.feed_follower import FeedFollower
from ieum_lab.simulator.month import pass_days
from ieum_lab.simulator.reporting import CouldNotBeHad, read_reports
from ieum_lab.simulator.simulated_centre import SimulatedCentre
from ieum_lab.simulator.stories import STORIES
from ieum_lab.simulator.stream import send_stream, until_all_have_ended
from ieum_lab.simulator.workers import Workers

KNOWN_SECONDS_MAX = 60.0
DRAIN_SECONDS_MAX = 180.0
PAUSE_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Script:
    """Random referrals, their rate per second and seed; the speed of time, and the days that pass at last."""

    referrals: int = 300
    rate: float = 50.0
    seed: int = 1
    speed: float = 1.0
    days: float = 0.0


@dataclass(frozen=True, slots=True)
class Told:
    """A story that was played, its duration, and what happened in it in words."""

    number: int
    title: str
    seconds: float
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Played:
    """The result of a run."""

    stories: tuple[Told, ...]
    streamed: tuple[UUID, ...]
    states: Mapping[str, int]
    moves: Mapping[str, int]
    events: int
    sending_seconds: float
    stream_seconds: float
    reports: Mapping[str, CouldNotBeHad]
    clocks: tuple[Spoken, ...] = ()


class Stage:
    """Everything that works during a run."""

    def __init__(self, centre: SimulatedCentre, script: Script, offered: Sequence[OfferedProgramme]) -> None:
        elsewhere = [(each.agency, each.programme.programme) for each in offered]
        self.centre = centre
        self.script = script
        self.offered = offered
        self.follower = FeedFollower(centre.clients)
        self.board = Board(centre, self.follower)
        self.workers = Workers(centre, self.follower, script.seed, elsewhere)


async def wait_until_known(
    centre: SimulatedCentre, seconds: float = KNOWN_SECONDS_MAX
) -> Sequence[OfferedProgramme]:
    """Wait until every agency knows what all the others offer; raises StackError after a while."""
    wanted = {f"/{centre.centre}/{agency}" for agency in centre.clients}
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    while True:
        answers = await asyncio.gather(*(client.programmes() for client in centre.clients.values()))
        missing = {
            f"{agency} of {', '.join(sorted(wanted - known))}"
            for agency, answer in zip(centre.clients, answers, strict=True)
            if wanted - (known := {each.agency for each in answer.programmes})
        }
        if not missing:
            return answers[0].programmes
        if loop.time() > until:
            raise StackError(
                f"After {seconds:.0f} s not every agency knows all programmes: {'; '.join(sorted(missing))} "
                "has heard nothing. Look at their logs for `catalogue`."
            )
        await asyncio.sleep(PAUSE_SECONDS)


async def play(stage: Stage, tell: Callable[[str], None]) -> Played:
    """Play stories and stream; `tell` gets lines of progress."""
    loop = asyncio.get_running_loop()
    clocks, began_at = ClockTeller(stage.centre.time, tell), stage.centre.now()
    if stage.script.speed > 1:
        stage.follower.hearing = clocks.hear
    async with beside(stage.follower.run(), stage.board.run()):
        stories = [await _tell_story(stage.centre, number, tell) for number in range(len(STORIES))]
        async with beside(stage.workers.run()):
            script, begun, before = stage.script, loop.time(), stage.follower.events
            tell(f"{script.referrals} random referrals, {script.rate:g} a second, seed {script.seed}.")
            streamed = await send_stream(
                stage.centre,
                stage.workers,
                stage.offered,
                referrals=script.referrals,
                rate=script.rate,
                seed=script.seed,
            )
            sent = loop.time()
            tell("All are sent; the desks work on until each has come to an end.")
            await until_all_have_ended(stage.workers, DRAIN_SECONDS_MAX)
            ended = loop.time()
        if stage.script.days > 0:
            await pass_days(stage.centre, stage.script.days, tell)
    return Played(
        stories=tuple(stories),
        streamed=tuple(streamed),
        states=_states(stage.follower, set(streamed)),
        moves=dict(stage.workers.made.most_common()),
        events=stage.follower.events - before,
        sending_seconds=sent - begun,
        stream_seconds=ended - begun,
        reports=await read_reports(stage.centre, began_at),
        clocks=tuple(clocks.spoken),
    )


async def _tell_story(centre: SimulatedCentre, index: int, tell: Callable[[str], None]) -> Told:
    loop, story = asyncio.get_running_loop(), STORIES[index]
    begun = loop.time()
    await story.play(centre)
    told = Told(story.number, story.title, round(loop.time() - begun, 3), tuple(centre.notes))
    centre.notes.clear()
    tell(f"Story {told.number}: {told.title} ({told.seconds:.1f} s).")
    for note in told.notes:
        tell(f"  {note}")
    return told


def _states(follower: FeedFollower, streamed: set[UUID]) -> Mapping[str, int]:
    sides = follower.sides.values()
    counted = Counter(s.state for s in sides if s.role == "sender" and s.referral in streamed)
    return {str(state): number for state, number in counted.most_common()}


@asynccontextmanager
async def beside(*works: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Run endless work in the background of the block; a failure in either ends both and is raised."""
    try:
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(work) for work in works]
            try:
                yield
            finally:
                for task in running:
                    task.cancel()
    except BaseExceptionGroup as group:
        raise _first(group) from None


def _first(error: BaseException) -> BaseException:
    """Return the innermost error of nested groups: the first one says what went wrong."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
