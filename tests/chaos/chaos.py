"""One run of chaos: a workload, faults on schedule, then everything heals, drains and is judged."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TypeVar

import asyncpg
from aiokafka.errors import KafkaError
from confluent_kafka import KafkaException

from ieum.centre.centre_file import CentreError
from ieum_lab.embedded.errors import StackError
from ieum_lab.testing.checker import judge
from ieum_lab.testing.counterexample import report
from ieum_lab.testing.exporting import export_agency, leftovers
from ieum_lab.testing.exporting_rooms import overlooked_in
from ieum_lab.testing.exporting_topics import export_mailboxes, unread
from ieum_lab.testing.history import Fact, Left, Said, write_history
from ieum_lab.testing.own_facts import Overlooked
from ieum_lab.testing.verdicts import Verdict, summary
from tests.chaos import restoring
from tests.chaos.caller import Met
from tests.chaos.excused import erased_unheard, without
from tests.chaos.faults import FAULTS
from tests.chaos.feed_reader import FeedReader
from tests.chaos.healing import heal
from tests.chaos.room import PLACES_FIRST, PLENTY, clocks_under_way, set_places_everywhere
from tests.chaos.scene import Scene
from tests.chaos.schedule import Step
from tests.chaos.unheard import unheard
from tests.chaos.workload import Workload

Part = TypeVar("Part")

LOOK_SECONDS = 1.0
WATCH_SECONDS = 10.0
EXPORTS_MAX = 3
UNABLE = (
    StackError,
    CentreError,
    KafkaError,
    KafkaException,
    OSError,
    TimeoutError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
)

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Patience:
    """How long a run may take to come to rest, and whether every referral is brought to its end.

    A broken product may break the workload too (`crash_allowed`): there the verdict counts.
    """

    settle_seconds: float = 300.0
    to_the_end: bool = True
    crash_allowed: bool = False


@dataclass
class Outcome:
    """What came of a run."""

    verdicts: list[Verdict]
    history: list[Fact]
    met: Met
    faults: list[str] = field(default_factory=list)
    recovery_seconds: float = 0.0
    left: list[Left] = field(default_factory=list)

    @property
    def events(self) -> int:
        return sum(isinstance(fact, Said) for fact in self.history)

    def __str__(self) -> str:
        """Say it in a line."""
        met = self.met
        return (
            f"verdicts: {summary(self.verdicts)}; {self.events} events, {len(self.faults)} faults, "
            f"recovered in {self.recovery_seconds:.1f} s; {met.calls} calls, {met.failed_once} had to try "
            f"the other instance, {met.failed_everywhere} found none at first, the longest took "
            f"{met.longest_seconds:.1f} s, {met.refused} refused"
        )


async def run_chaos(
    scene: Scene,
    schedule: Sequence[Sequence[Step]],
    workload: Workload,
    tell: Tell,
    *,
    seconds: float = 0.0,
    file: Path | None = None,
    patience: Patience = Patience(),
) -> Outcome:
    """Let the workload and the faults run, at least for `seconds`; heal, drain and judge."""
    faults, reader = list[str](), FeedReader(scene)
    await set_places_everywhere(scene, PLACES_FIRST)
    parts = workload.run(), _watch(workload, tell), reader.run()
    working, *beside = [asyncio.create_task(each) for each in parts]
    works = None if patience.crash_allowed else working
    try:
        await while_it_works(works, _lanes(scene, schedule, faults, tell, seconds))
        workload.may_work.clear()
        recovery, left = await while_it_works(works, _recover(scene, patience, tell))
        overlooked = await _overlooked(scene)
        if patience.to_the_end and not overlooked:
            workload.finish()
            workload.may_work.set()
            await working
            left = await settle(scene, patience.settle_seconds, tell)
            tell(f"         all referrals are at their end; left: {left or 'nothing'}")
    finally:
        crashes = await _ended(working, *beside)
        workload.close()
    for crash in crashes:
        if isinstance(crash, Exception) and not patience.crash_allowed:
            raise crash
    history = [*(await export(scene) if left else await _export_at_rest(scene, patience, tell)), *left]
    history += [*(each for each in overlooked if each not in history), *workload.met.facts]
    history += await reader.to_the_end()
    if file is not None:
        write_history(file, history)
    judged = without(history, scene.lost | erased_unheard(history, scene.rewound_at()))
    return Outcome(judge(judged), history, workload.met, faults, recovery, left)


async def _ended(*tasks: "asyncio.Task[None]") -> list[BaseException | None]:
    """End tasks, and return what they ended with."""
    for task in tasks:
        task.cancel()
    return await asyncio.gather(*tasks, return_exceptions=True)


async def _recover(scene: Scene, patience: Patience, tell: Tell) -> tuple[float, list[Left]]:
    """Heal everything, and measure how long the backlog then takes to drain."""
    loop = asyncio.get_running_loop()
    await heal(scene)
    healed = loop.time()
    await set_places_everywhere(scene, PLENTY)
    left = await settle(scene, patience.settle_seconds, tell)
    seconds = loop.time() - healed
    tell(f"         all is healed, and drained {seconds:.1f} s later; left: {left or 'nothing'}")
    return seconds, left


async def _watch(workload: Workload, tell: Tell) -> None:
    began, calls = asyncio.get_running_loop().time(), 0
    while True:
        await asyncio.sleep(WATCH_SECONDS)
        at, met = asyncio.get_running_loop().time() - began, workload.met
        rate, calls = (met.calls - calls) / WATCH_SECONDS, met.calls
        if workload.may_work.is_set():
            tell(f"{at:6.0f} s  … {workload.made} referrals, {workload.open} open, {rate:.0f} calls/s")


async def while_it_works(working: "asyncio.Task[None] | None", part: Coroutine[None, None, Part]) -> Part:
    """Do a part of the round; a workload that crashes ends it: what follows would prove nothing."""
    if working is None:
        return await part
    doing = asyncio.create_task(part)
    try:
        await asyncio.wait([working, doing], return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            working.result()
            raise AssertionError("The workload ended before the round did.")
        return await doing
    finally:
        doing.cancel()
        await asyncio.gather(doing, return_exceptions=True)


async def _lanes(
    scene: Scene, schedule: Sequence[Sequence[Step]], faults: list[str], tell: Tell, seconds: float
) -> None:
    """Do the faults of every lane, and go on for `seconds` at least."""
    async with asyncio.TaskGroup() as tasks:
        for lane in schedule:
            tasks.create_task(_lane(scene, lane, faults, tell, seconds))
        tasks.create_task(asyncio.sleep(seconds))


async def _lane(scene: Scene, steps: Sequence[Step], faults: list[str], tell: Tell, seconds: float) -> None:
    """Do one fault after the other; those that would begin after the end of the run are left out."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    for step in steps:
        await asyncio.sleep(max(0.0, began + step.at_seconds - loop.time()))
        at = loop.time() - began
        if step.at_seconds and at > seconds:
            break
        try:
            done = await FAULTS[step.fault](scene, Random(step.seed))
        except UNABLE as error:
            tell(f"{at:6.0f} s  {step.fault}: not possible just now ({type(error).__name__}: {error})")
        else:
            faults.append(step.fault)
            tell(f"{at:6.0f} s  {step.fault}: {done}")


async def settle(scene: Scene, seconds_max: float, tell: Tell) -> list[Left]:
    """Wait until nothing is under way any more; returns what is left after all that time."""
    loop = asyncio.get_running_loop()
    began = told_at = loop.time()
    # Looked at twice: what the first agency hears while the second is looked at is only seen then.
    while (left := await _left(scene) or await _left(scene)) and loop.time() - began < seconds_max:
        if loop.time() - told_at > WATCH_SECONDS:
            told_at = loop.time()
            tell(f"         waiting for {', '.join(f'{each.at} {each.what} {each.detail}' for each in left)}")
        await asyncio.sleep(LOOK_SECONDS)
    return left


_PARKED = "select count(*) from parked where digest <> all($1::bytea[]) and key <> all($2::uuid[])"


async def _left(scene: Scene) -> list[Left]:
    poison = [bytes.fromhex(digest) for digest in scene.may_wait]
    left: list[Left] = []
    await restoring.go_on(scene)
    for me in scene.addresses:
        async with scene.database(me) as connection:
            left += await leftovers(connection, str(me), scene.lost)
            if parked := await connection.fetchval(_PARKED, poison, list(scene.lost)):
                left.append(Left(str(me), "parked", f"has {parked}"))
        left += await unread(scene.centre.settings, me, await scene.positions(me))
    left += [Left(each.at, "waiting lists", each.thing) for each in await _overlooked(scene)][:1]
    left += await clocks_under_way(scene)
    return left or await unheard(scene)


async def _overlooked(scene: Scene) -> list[Overlooked]:
    """Find who waits while a place is free: nobody, once all waiting lists have moved."""
    found: list[Overlooked] = []
    for me in scene.addresses if scene.automatic else ():
        async with scene.database(me) as connection:
            found += await overlooked_in(connection, str(me), scene.automatic)
    return found


async def export(scene: Scene) -> list[Fact]:
    """Read the whole history of a scene."""
    facts: list[Fact] = [*scene.injected, *scene.removed]
    for me in scene.addresses:
        async with scene.database(me) as connection:
            read = export_agency(connection, str(me), scene.automatic, scene.lost)
            facts += [fact async for fact in read]
    facts += [fact async for fact in export_mailboxes(scene.centre.settings, scene.addresses)]
    return facts


async def _export_at_rest(scene: Scene, patience: Patience, tell: Tell) -> list[Fact]:
    """Read the history; anew where something began meanwhile, as a notice may, and came to rest."""
    for _ in range(EXPORTS_MAX - 1):
        facts = await export(scene)
        if not any(isinstance(fact, Left) for fact in facts):
            return facts
        await settle(scene, patience.settle_seconds, tell)
    return await export(scene)


def told(outcome: Outcome) -> str:
    """Tell an outcome with its counterexamples."""
    return f"{outcome}\n\n{report(outcome.verdicts, outcome.history)}"
