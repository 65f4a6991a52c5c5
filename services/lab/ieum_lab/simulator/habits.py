"""The habits of random workers: weights of moves by state, and a bias that favours some moves."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from types import MappingProxyType

from ieum_contracts.codes import State

WAIT = ""
"""Doing nothing for now."""
FAVOUR = 1_000_000.0
FAVOURED_TIMES = 3
MOVES_MAX = 10
"""After this many moves on a referral a side makes only moves that lead to its end."""

Weights = Mapping[str, float]

_UNDERWAY: Weights = {"cancelled": 4_000, "ask-rejected": 2_000}
"""The other side waits for an answer, so these come first."""

RECIPIENT: Mapping[State, Weights] = MappingProxyType(
    {
        State.RECEIVED: {
            "accepted": 60,
            "info-requested": 14,
            "waitlisted": 10,
            "declined": 9,
            "redirected": 6,
            "withdrawn": 1,
        },
        State.INFO_REQUESTED: {WAIT: 90, "received": 4, "declined": 3, "redirected": 2, "withdrawn": 1},
        State.WAITLISTED: {
            "accepted": 65,
            "waitlisted": 12,
            "info-requested": 12,
            "declined": 6,
            "redirected": 4,
            "withdrawn": 1,
        },
        State.ACCEPTED: {
            **_UNDERWAY,
            WAIT: 0.1,
            "started": 65,
            "progressed": 14,
            "held": 6,
            "completed": 6,
            "failed": 3,
            "declined": 3,
            "redirected": 2,
            "withdrawn": 1,
        },
        State.IN_PROGRESS: {
            **_UNDERWAY,
            "completed": 60,
            "progressed": 20,
            "held": 10,
            "failed": 9,
            "withdrawn": 1,
        },
        State.ON_HOLD: {**_UNDERWAY, "resumed": 75, "completed": 15, "failed": 9, "withdrawn": 1},
        State.COMPLETED: {WAIT: 99, "reopened": 4_000, "ask-rejected": 2_000, "withdrawn": 1},
        State.FAILED: {WAIT: 99, "reopened": 4_000, "ask-rejected": 2_000, "withdrawn": 1},
        State.CLOSED: {"reopened": 4_000, "ask-rejected": 2_000},
    }
)

_WHILE_WAITING: Weights = {WAIT: 88, "amended": 7, "cancel-requested": 4, "consent.withdrawn": 1}
_OUTCOME: Weights = {"outcome-acknowledged": 78, "outcome-disputed": 20, "consent.withdrawn": 2}

SENDER: Mapping[State, Weights] = MappingProxyType(
    {
        State.REQUESTED: _WHILE_WAITING,
        State.RECEIVED: _WHILE_WAITING,
        State.INFO_REQUESTED: {
            WAIT: 0.1,
            "info-supplied": 88,
            "amended": 6,
            "cancel-requested": 5,
            "consent.withdrawn": 1,
        },
        State.WAITLISTED: _WHILE_WAITING,
        State.ACCEPTED: _WHILE_WAITING,
        State.IN_PROGRESS: _WHILE_WAITING,
        State.ON_HOLD: _WHILE_WAITING,
        State.COMPLETED: _OUTCOME,
        State.FAILED: _OUTCOME,
        State.CLOSED: {WAIT: 98, "consent.withdrawn": 2},
    }
)

ENDING = frozenset(
    {"received", "accepted", "completed", "cancelled", "ask-rejected"}
    | {"info-supplied", "outcome-acknowledged", WAIT}
)


@dataclass(frozen=True, slots=True)
class Bias:
    """A course that both workers prefer for a referral; it favours moves, some only in one state."""

    name: str
    favours: frozenset[str]

    @property
    def is_hasty(self) -> bool:
        """Whether the sender has something to say before the recipient has begun."""
        return bool(self.favours & {"amended", "consent.withdrawn"})

    def favoured(self, state: State, moves: Iterable[str], made: Counter[str]) -> set[str]:
        """Return the moves that it favours now; waiting only when there is nothing else."""
        named = {move for move in moves if {move, f"{state}:{move}"} & self.favours}
        fresh = {move for move in named if made[move] < (1 if move == WAIT else FAVOURED_TIMES)}
        return fresh - {WAIT} or fresh


def _leaning(name: str, *favours: str) -> Bias:
    return Bias(name, frozenset(favours))


UNBENT = _leaning("by weights alone")

LEANINGS: Sequence[Bias] = (
    _leaning("asks for information", "info-requested", "info-supplied"),
    _leaning("is answered at the desk", "info-requested", WAIT, "received"),
    _leaning("waits for room", "waitlisted"),
    _leaning("rests for a while", "accepted", "held", "resumed"),
    _leaning("goes step by step", "accepted", "started", "progressed"),
    _leaning("fails", "accepted", "started", "failed"),
    _leaning("is declined", "declined"),
    _leaning("is redirected", "redirected"),
    _leaning("is cancelled late", "accepted", WAIT, "accepted:cancel-requested", "cancelled"),
    _leaning("is not cancelled", "accepted", WAIT, "accepted:cancel-requested", "ask-rejected"),
    _leaning("is disputed", "accepted", "completed", "outcome-disputed", "reopened"),
    _leaning("is disputed in vain", "accepted", "completed", "outcome-disputed", "ask-rejected"),
    _leaning("is amended", "amended", "accepted"),
    _leaning("is withdrawn at the sender", "accepted", "consent.withdrawn"),
    _leaning("is withdrawn at the recipient", "accepted", "withdrawn"),
)
"""Together they reach every decision and every ask that a worker can make."""


def leaning_of(ordinal: int) -> Bias:
    """Give every second referral of a stream a bias, each in its turn."""
    turn, bent = divmod(ordinal, 2)
    return LEANINGS[turn % len(LEANINGS)] if bent == 0 else UNBENT


def choose(
    state: State,
    weights: Weights,
    allowed: Collection[str],
    *,
    leaning: Bias,
    made: Counter[str],
    chance: Random,
) -> str:
    """Choose an allowed move; WAIT is always allowed when the weights have it."""
    possible = {move: weight for move, weight in weights.items() if move == WAIT or move in allowed}
    if made.total() - made[WAIT] >= MOVES_MAX:
        possible = {move: weight for move, weight in possible.items() if move in ENDING} or possible
    else:
        favoured = leaning.favoured(state, possible, made)
        possible = {move: weight * (FAVOUR if move in favoured else 1) for move, weight in possible.items()}
    return chance.choices([*possible], [*possible.values()])[0] if possible else WAIT
