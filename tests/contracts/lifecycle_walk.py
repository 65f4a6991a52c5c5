"""Walks every way in which two copies of a referral and the two channels between them can go on.

The rules under walk are given as functions, so that the services' own can be walked, and wrong ones too. Ask
ids are canonical, one per type: at most one ask of a type is open, and an id in use is in exactly one place
(which is one of the properties), so that no second one can be mistaken for it.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, NamedTuple, TypeVar
from uuid import UUID

from ieum_contracts import lifecycle
from ieum_contracts.codes import AskType, Decision
from ieum_contracts.lifecycle import Decided, Mover, NotAllowed, RecipientCopy, Said, SenderCopy
from tests.contracts import lifecycle_properties as properties

IDS = {ask: UUID(int=number) for number, ask in enumerate(AskType, 1)}
TYPES = {ask_id: ask for ask, ask_id in IDS.items()}
WITHDRAWING = "withdrawing"
WORKING = "working"

Value = TypeVar("Value", bound=Hashable)


@dataclass(frozen=True)
class Rules:
    """The functions under walk, as the services call them."""

    receive: Callable[[], tuple[Decided, ...]]
    decide: Callable[[RecipientCopy, Decision, Mover], Decided | NotAllowed]
    hear_ask: Callable[[RecipientCopy, AskType, bool], Decided]
    ask: Callable[[SenderCopy, AskType], SenderCopy | NotAllowed]
    hear_decision: Callable[[SenderCopy, Said], SenderCopy | NotAllowed]
    hear_untaken: Callable[[SenderCopy, AskType], SenderCopy] = lambda copy, ask: lifecycle.ask_not_taken_in(
        copy, IDS[ask], "body.invalid"
    )
    abandon: Callable[[SenderCopy], SenderCopy | NotAllowed] = lifecycle.abandon


@dataclass(frozen=True)
class Bounds:
    """How much may be under way at once; a withdrawal always may.

    `untaken` says how many asks the recipient does not take in; with any, the sender may give up as well.
    """

    asks_open: int = 3
    decisions_in_flight: int = 3
    untaken: int = 0


class World(NamedTuple):
    """Both copies, the channels (first in, first out), whether a dispute is in time, erasures so far.

    `notices` is the channel on which the sender is told what was not taken in.

    Values are interned as numbers; recipient 0 is the one that has not received the referral yet.
    """

    recipient: int
    sender: int
    asks: tuple[AskType, ...]
    decisions: tuple[int, ...]
    in_time: bool
    erasures: int
    notices: tuple[AskType, ...] = ()
    untaken: int = 0


class Numbered(Generic[Value]):
    """Gives each value a small number, once."""

    def __init__(self) -> None:
        self.values: list[Value] = []
        self._numbers: dict[Value, int] = {}

    def of(self, value: Value) -> int:
        """Give the number of a value."""
        if value not in self._numbers:
            self._numbers[value] = len(self.values)
            self.values.append(value)
        return self._numbers[value]


def real_rules() -> Rules:
    """Give the functions of the contracts themselves."""
    new = RecipientCopy()
    first = (
        lifecycle.decide(new, decision, Mover.SYSTEM) for decision in (Decision.RECEIVED, Decision.DECLINED)
    )
    answers = tuple(step for step in first if isinstance(step, Decided))
    return Rules(
        receive=lambda: answers,
        decide=lifecycle.decide,
        hear_ask=lambda copy, ask, in_time: lifecycle.hear_ask(
            copy, ask, IDS[ask], reopening_possible=in_time
        ),
        ask=lambda copy, ask: lifecycle.ask(copy, ask, IDS[ask]),
        hear_decision=lambda copy, said: lifecycle.hear_decision(copy, *said),
    )


@dataclass
class Walk:
    """One exhaustive walk; raises `properties.BrokenError` at the first world that breaks a property."""

    rules: Rules
    bounds: Bounds = field(default_factory=Bounds)

    def __post_init__(self) -> None:
        """Begin with nothing seen."""
        self._recipients: Numbered[RecipientCopy | None] = Numbered()
        self._senders: Numbered[SenderCopy] = Numbered()
        self._saids: Numbered[Said] = Numbered()
        self._remembered: dict[Hashable, list[tuple[int, tuple[int, ...], str]]] = {}
        self._asked: dict[int, list[tuple[int, AskType]]] = {}
        self._heard: dict[tuple[int, int], int] = {}

    def run(self) -> int:
        """Visit every world, check every property; give the number of worlds."""
        start = World(
            self._recipients.of(None), self._senders.of(SenderCopy()), (), (), in_time=True, erasures=0
        )
        seen = {start}
        before: dict[World, list[World]] = defaultdict(list)
        ends: list[World] = []
        queue = deque([start])
        while queue:
            world = queue.popleft()
            self._check(world)
            if self._is_end(world):
                ends.append(world)
            for following, kind in self._steps(world):
                if kind != WITHDRAWING:
                    before[following].append(world)
                if following not in seen:
                    seen.add(following)
                    queue.append(following)
        _check_ends_reachable(seen, before, ends)
        return len(seen)

    def _steps(self, world: World) -> Iterator[tuple[World, str]]:
        if world.in_time:
            yield world._replace(in_time=False), WORKING
        if world.decisions:
            yield self._hear_decision(world), WORKING
        yield from self._asks(world)
        yield from self._not_taken_in(world)
        if world.recipient == 0:
            yield from self._recipient_step(world, self._remember("receive", self._receptions))
            return
        if world.asks:
            ask = world.asks[0]
            hear = partial(self._hearing, world.recipient, ask, world.in_time)
            steps = self._remember((world.recipient, ask, world.in_time), hear)
            yield from self._recipient_step(world._replace(asks=world.asks[1:]), steps)
        if len(world.decisions) < self.bounds.decisions_in_flight:
            decide = partial(self._decisions, world.recipient)
            yield from self._recipient_step(world, self._remember(world.recipient, decide))

    def _recipient_step(
        self, world: World, steps: Iterable[tuple[int, tuple[int, ...], str]]
    ) -> Iterator[tuple[World, str]]:
        for recipient, saids, kind in steps:
            erasures = sum(self._saids.values[said][0] is Decision.CONSENT_ERASED for said in saids)
            following = world._replace(
                recipient=recipient, decisions=world.decisions + saids, erasures=world.erasures + erasures
            )
            yield following, kind

    def _remember(
        self, key: Hashable, make: Callable[[], Iterator[tuple[Decided, str]]]
    ) -> list[tuple[int, tuple[int, ...], str]]:
        if key not in self._remembered:
            self._remembered[key] = [
                (self._recipients.of(step.copy), tuple(map(self._saids.of, step.says)), kind)
                for step, kind in make()
            ]
        return self._remembered[key]

    def _receptions(self) -> Iterator[tuple[Decided, str]]:
        for step in self.rules.receive():
            yield step, WORKING

    def _hearing(self, number: int, ask: AskType, in_time: bool) -> Iterator[tuple[Decided, str]]:
        copy = self._recipient(number)
        step = self.rules.hear_ask(copy, ask, in_time)
        properties.check_hearing(copy, ask, step)
        yield step, WORKING

    def _decisions(self, number: int) -> Iterator[tuple[Decided, str]]:
        copy = self._recipient(number)
        for decision in Decision:
            for mover in (Mover.WORKER, Mover.CLOCK, Mover.POLICY):
                step = self.rules.decide(copy, decision, mover)
                if isinstance(step, Decided):
                    properties.check_decisions(copy, step)
                    yield step, WITHDRAWING if decision is Decision.WITHDRAWN else WORKING
                    break

    def _possible_asks(self, number: int) -> list[tuple[int, AskType]]:
        if number not in self._asked:
            copy = self._senders.values[number]
            possible = ((self.rules.ask(copy, ask), ask) for ask in AskType)
            asked = [(step, ask) for step, ask in possible if isinstance(step, SenderCopy)]
            for step, ask in asked:
                properties.check_asking(copy, step, ask)
            self._asked[number] = [(self._senders.of(step), ask) for step, ask in asked]
        return self._asked[number]

    def _asks(self, world: World) -> Iterator[tuple[World, str]]:
        room = len(self._senders.values[world.sender].open) < self.bounds.asks_open
        for sender, ask in self._possible_asks(world.sender):
            withdrawing = ask is AskType.CONSENT_WITHDRAWN
            if room or withdrawing:
                following = world._replace(sender=sender, asks=(*world.asks, ask))
                yield following, WITHDRAWING if withdrawing else WORKING

    def _not_taken_in(self, world: World) -> Iterator[tuple[World, str]]:
        if world.notices:
            sender = self.rules.hear_untaken(self._senders.values[world.sender], world.notices[0])
            yield world._replace(sender=self._senders.of(sender), notices=world.notices[1:]), WORKING
        if self.bounds.untaken == 0:
            return
        if world.asks and world.recipient and world.untaken < self.bounds.untaken:
            notices = (*world.notices, world.asks[0])
            following = world._replace(asks=world.asks[1:], notices=notices, untaken=world.untaken + 1)
            yield following, WORKING
        given_up = self.rules.abandon(self._senders.values[world.sender])
        if isinstance(given_up, SenderCopy):
            yield world._replace(sender=self._senders.of(given_up)), WORKING

    def _hear_decision(self, world: World) -> World:
        key = (world.sender, world.decisions[0])
        if key not in self._heard:
            copy = self._senders.values[world.sender]
            said = self._saids.values[world.decisions[0]]
            step = self.rules.hear_decision(copy, said)
            if isinstance(step, NotAllowed):
                raise properties.BrokenError("no decision is illegal where it arrives", copy, said, step)
            self._heard[key] = self._senders.of(step)
        return world._replace(sender=self._heard[key], decisions=world.decisions[1:])

    def _recipient(self, number: int) -> RecipientCopy:
        copy = self._recipients.values[number]
        assert copy is not None
        return copy

    def _check(self, world: World) -> None:
        recipient = self._recipients.values[world.recipient]
        sender = self._senders.values[world.sender]
        saids = [self._saids.values[said] for said in world.decisions]
        arriving = [IDS[ask] for ask in (*world.asks, *world.notices)]
        properties.check_asks_in_one_place(recipient, sender, arriving, saids)
        if sender.untaken:
            properties.check_untaken(sender, {ask for _, ask in self._possible_asks(world.sender)})
        properties.check_erasures(recipient, sender, world.erasures)
        if recipient is not None and not world.asks and not saids and not world.notices:
            properties.check_agreement(recipient, sender)

    def _is_end(self, world: World) -> bool:
        recipient = self._recipients.values[world.recipient]
        quiet = not world.asks and not world.decisions and not world.notices
        at_rest = quiet and not self._senders.values[world.sender].open
        return at_rest and recipient is not None and recipient.state in properties.ENDED


def _check_ends_reachable(seen: set[World], before: dict[World, list[World]], ends: list[World]) -> None:
    reaching = set(ends)
    queue = deque(ends)
    while queue:
        for world in before[queue.popleft()]:
            if world not in reaching:
                reaching.add(world)
                queue.append(world)
    stuck = next(iter(seen - reaching), None)
    if stuck is not None:
        raise properties.BrokenError("the end can be reached from everywhere without a withdrawal", stuck)
