"""Two agencies talk about one referral in every order that can happen, and always end up agreeing."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from ieum_contracts.codes import AskType, Decision, State
from ieum_contracts.lifecycle import Decided, Mover, NotAllowed, RecipientCopy, Said, SenderCopy
from tests.contracts.lifecycle_properties import BrokenError
from tests.contracts.lifecycle_walk import IDS, Bounds, Rules, Walk, real_rules

REAL = real_rules()
WORLDS_MIN = 160_000
"""More than the 61,600 worlds of the walk by which the rules were designed."""

ONE_PLACE = "every ask is in exactly one place until it is settled"
ALL_ANSWERED = "a conclusion answers all that waits"
ONLY_PEOPLE_WAITED_FOR = "only what needs a person waits"
NOT_WORKED_ON = "nobody is worked on after a withdrawal"
ONE_ERASURE = "there is exactly one erasure"


def test_all_properties_hold_in_every_world() -> None:
    assert Walk(REAL).run() >= WORLDS_MIN


def test_all_properties_hold_where_asks_are_not_taken_in_and_the_sender_gives_up() -> None:
    bounds = Bounds(asks_open=2, decisions_in_flight=1, untaken=1)
    assert Walk(REAL, bounds).run() > Walk(REAL, replace(bounds, untaken=0)).run()


def test_a_withdrawal_that_could_not_be_said_again_would_be_found() -> None:
    def ask(copy: SenderCopy, kind: AskType) -> SenderCopy | NotAllowed:
        return NotAllowed("consent-withdrawn") if copy.withdrawn else REAL.ask(copy, kind)

    with pytest.raises(BrokenError) as broken:
        Walk(replace(REAL, ask=ask), Bounds(asks_open=1, decisions_in_flight=1, untaken=1)).run()
    assert broken.value.name == "a withdrawal that was not taken in can be said again"


def _hearing(
    ask: AskType, change: Callable[[RecipientCopy, Decided], Decided], states: set[State] | None = None
) -> Rules:
    def hear_ask(copy: RecipientCopy, kind: AskType, in_time: bool) -> Decided:
        step = REAL.hear_ask(copy, kind, in_time)
        return change(copy, step) if kind is ask and (states is None or copy.state in states) else step

    return replace(REAL, hear_ask=hear_ask)


def _deciding(decision: Decision, change: Callable[[RecipientCopy, Decided], Decided]) -> Rules:
    def decide(copy: RecipientCopy, name: Decision, by: Mover) -> Decided | NotAllowed:
        step = REAL.decide(copy, name, by)
        return change(copy, step) if name is decision and isinstance(step, Decided) else step

    return replace(REAL, decide=decide)


def _waits(ask: AskType, state: State) -> Rules:
    def waiting(copy: RecipientCopy, _: Decided) -> Decided:
        return Decided(replace(copy, waiting=(*copy.waiting, (IDS[ask], ask))))

    return _hearing(ask, waiting, {state})


def _answers_nothing(copy: RecipientCopy, step: Decided) -> Decided:
    return Decided(replace(step.copy, waiting=copy.waiting), ((step.says[0][0], ()), *step.says[1:]))


def _keeps_what_it_answered(copy: RecipientCopy, step: Decided) -> Decided:
    return Decided(replace(step.copy, waiting=copy.waiting), step.says)


def _drops(copy: RecipientCopy, _: Decided) -> Decided:
    return Decided(copy)


def _forgets_withdrawal(_: RecipientCopy, step: Decided) -> Decided:
    return Decided(replace(step.copy, withdrawn=False), step.says)


def _rejects(ask: AskType) -> Callable[[RecipientCopy, Decided], Decided]:
    return lambda copy, _: Decided(copy, ((Decision.ASK_REJECTED, (IDS[ask],)),))


def _without_erasure(_: RecipientCopy, step: Decided) -> Decided:
    return Decided(replace(step.copy, erased=False), step.says[:1])


def _erases_again(copy: RecipientCopy, _: Decided) -> Decided:
    return Decided(copy, ((Decision.CONSENT_ERASED, (IDS[AskType.CONSENT_WITHDRAWN],)),))


def _closes_in_spite_of_disputes() -> Rules:
    def decide(copy: RecipientCopy, name: Decision, by: Mover) -> Decided | NotAllowed:
        if name is not Decision.CLOSED:
            return REAL.decide(copy, name, by)
        step = REAL.decide(replace(copy, waiting=()), name, by)
        return step if isinstance(step, NotAllowed) else _keeps_what_it_answered(copy, step)

    return replace(REAL, decide=decide)


def _cancels_unasked() -> Rules:
    def decide(copy: RecipientCopy, name: Decision, by: Mover) -> Decided | NotAllowed:
        if name is Decision.CANCELLED and copy.state is State.ACCEPTED and not copy.waiting:
            return Decided(replace(copy, state=State.CANCELLED), ((Decision.CANCELLED, ()),))
        return REAL.decide(copy, name, by)

    return replace(REAL, decide=decide)


def _reopens_again() -> Rules:
    def ask(copy: SenderCopy, kind: AskType) -> SenderCopy | NotAllowed:
        return REAL.ask(replace(copy, disputed=False), kind)

    def hear_ask(copy: RecipientCopy, kind: AskType, in_time: bool) -> Decided:
        step = REAL.hear_ask(replace(copy, reopened=False), kind, in_time)
        return Decided(replace(step.copy, reopened=copy.reopened), step.says)

    def decide(copy: RecipientCopy, name: Decision, by: Mover) -> Decided | NotAllowed:
        step = REAL.decide(replace(copy, reopened=False), name, by)
        if isinstance(step, NotAllowed):
            return step
        return Decided(replace(step.copy, reopened=copy.reopened or step.copy.reopened), step.says)

    return replace(REAL, ask=ask, hear_ask=hear_ask, decide=decide)


def _only_reopens_in_time() -> Rules:
    def decide(copy: RecipientCopy, name: Decision, by: Mover) -> Decided | NotAllowed:
        disputed = any(kind is AskType.OUTCOME_DISPUTED for _, kind in copy.waiting)
        late = disputed and name in {Decision.REOPENED, Decision.ASK_REJECTED}
        return NotAllowed("too-late") if late else REAL.decide(copy, name, by)

    return replace(REAL, decide=decide)


def _works_on_after_withdrawal() -> Rules:
    def hear_ask(copy: RecipientCopy, kind: AskType, in_time: bool) -> Decided:
        if kind is AskType.CONSENT_WITHDRAWN and copy.state is State.CLOSED:
            return Decided(
                replace(copy, waiting=(), erased=True),
                ((Decision.CONSENT_ERASED, (*dict(copy.waiting), IDS[kind])),),
            )
        return REAL.hear_ask(copy, kind, in_time)

    return replace(REAL, hear_ask=hear_ask)


def _asks_on_after_withdrawal() -> Rules:
    return replace(REAL, ask=lambda copy, kind: REAL.ask(replace(copy, withdrawn=False), kind))


def _cancels_by_itself() -> Rules:
    def ask(copy: SenderCopy, kind: AskType) -> SenderCopy | NotAllowed:
        asked = REAL.ask(copy, kind)
        own = kind is AskType.CANCEL_REQUESTED and isinstance(asked, SenderCopy)
        return replace(asked, state=State.CANCELLED) if own and isinstance(asked, SenderCopy) else asked

    return replace(REAL, ask=ask)


def _never_settles() -> Rules:
    def hear_decision(copy: SenderCopy, said: Said) -> SenderCopy | NotAllowed:
        heard = REAL.hear_decision(copy, said)
        return replace(heard, open=copy.open) if isinstance(heard, SenderCopy) else heard

    return replace(REAL, hear_decision=hear_decision)


WRONG_RULES = {
    "completing leaves a cancellation waiting": (
        _deciding(Decision.COMPLETED, _answers_nothing),
        ALL_ANSWERED,
    ),
    "withdrawing leaves a dispute waiting": (_deciding(Decision.WITHDRAWN, _answers_nothing), ALL_ANSWERED),
    "reopening leaves the dispute waiting": (_deciding(Decision.REOPENED, _answers_nothing), ALL_ANSWERED),
    "a rejected ask stays and is answered again": (
        _deciding(Decision.ASK_REJECTED, _keeps_what_it_answered),
        ONE_PLACE,
    ),
    "a late amendment is dropped": (_hearing(AskType.AMENDED, _drops, {State.COMPLETED}), ONE_PLACE),
    "a late acknowledgement waits": (
        _waits(AskType.OUTCOME_ACKNOWLEDGED, State.CLOSED),
        ONLY_PEOPLE_WAITED_FOR,
    ),
    "a late dispute waits": (
        _waits(AskType.OUTCOME_DISPUTED, State.WITHDRAWN),
        ONLY_PEOPLE_WAITED_FOR,
    ),
    "a cancellation waits although nobody has decided": (
        _waits(AskType.CANCEL_REQUESTED, State.RECEIVED),
        ONLY_PEOPLE_WAITED_FOR,
    ),
    "the system refuses a cancellation of work under way": (
        _hearing(AskType.CANCEL_REQUESTED, _rejects(AskType.CANCEL_REQUESTED), {State.ACCEPTED}),
        "the system does not refuse what a person should decide",
    ),
    "a withdrawal in an ended state is rejected": (
        _hearing(AskType.CONSENT_WITHDRAWN, _rejects(AskType.CONSENT_WITHDRAWN), {State.DECLINED}),
        "a withdrawal is remembered",
    ),
    "a withdrawal is forgotten": (
        _hearing(AskType.CONSENT_WITHDRAWN, _forgets_withdrawal),
        "a withdrawal is remembered",
    ),
    "a withdrawal at the desk erases nothing": (_deciding(Decision.WITHDRAWN, _without_erasure), ONE_ERASURE),
    "two withdrawals erase twice": (
        _hearing(AskType.CONSENT_WITHDRAWN, _erases_again, {State.WITHDRAWN}),
        ONE_ERASURE,
    ),
    "a withdrawal after the closing stops nobody": (
        _works_on_after_withdrawal(),
        "a withdrawal is remembered",
    ),
    "a referral is closed while a dispute waits": (
        _closes_in_spite_of_disputes(),
        "nothing is closed while a dispute waits",
    ),
    "a referral is cancelled unasked": (_cancels_unasked(), "nothing is cancelled unasked"),
    "a referral is reopened again": (_reopens_again(), "nothing is reopened twice"),
    "a dispute can neither be followed nor rejected": (
        _only_reopens_in_time(),
        "the end can be reached from everywhere without a withdrawal",
    ),
    "the sender asks on after a withdrawal": (
        _asks_on_after_withdrawal(),
        "the sender asks nothing after a withdrawal",
    ),
    "the sender cancels by itself": (_cancels_by_itself(), "the sender never changes the state"),
    "the sender never settles an ask": (_never_settles(), ONE_PLACE),
}


@pytest.mark.parametrize("name", WRONG_RULES)
def test_a_wrong_rule_is_caught(name: str) -> None:
    rules, broken = WRONG_RULES[name]
    with pytest.raises(BrokenError) as caught:
        Walk(rules, Bounds(asks_open=2, decisions_in_flight=2)).run()
    assert caught.value.name == broken
