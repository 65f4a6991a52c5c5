"""What must hold in every world of the walk, property by property, without the product's own tables."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from ieum_contracts.codes import AskType, Decision, State
from ieum_contracts.lifecycle import Decided, RecipientCopy, Said, SenderCopy

ENDED = {State.CLOSED, State.DECLINED, State.REDIRECTED, State.CANCELLED, State.WITHDRAWN, State.EXPIRED}
CONCLUDED = {State.COMPLETED, State.FAILED}
MAY_WAIT = {
    AskType.CANCEL_REQUESTED: {State.ACCEPTED, State.IN_PROGRESS, State.ON_HOLD},
    AskType.OUTCOME_DISPUTED: {*CONCLUDED, State.CLOSED},
}
AFTER_WITHDRAWAL = {Decision.WITHDRAWN, Decision.CONSENT_ERASED, Decision.ASK_REJECTED}


class BrokenError(AssertionError):
    """A world in which a property does not hold."""

    def __init__(self, name: str, *where: object) -> None:
        super().__init__(name, *where)
        self.name = name


def check_decisions(copy: RecipientCopy, step: Decided) -> None:
    """Judge what the recipient says of itself."""
    waiting = dict(copy.waiting)
    for decision, answers in step.says:
        _check_permitted(copy, decision, set(waiting.values()))
        concludes = step.copy.state in ENDED | CONCLUDED and step.copy.state is not copy.state
        if (concludes or decision is Decision.REOPENED) and set(waiting) - set(answers):
            raise BrokenError("a conclusion answers all that waits", copy, step)
        for answer in answers:
            waiting.pop(answer, None)
    if step.copy.withdrawn and step.copy.state not in ENDED:
        raise BrokenError("nobody is worked on after a withdrawal", copy, step)
    for _, ask in step.copy.waiting:
        if step.copy.state not in MAY_WAIT.get(ask, set()):
            raise BrokenError("only what needs a person waits", copy, step)


def _check_permitted(copy: RecipientCopy, decision: Decision, waiting: set[AskType]) -> None:
    if copy.withdrawn and decision not in AFTER_WITHDRAWAL:
        raise BrokenError("nobody is worked on after a withdrawal", copy, decision)
    if decision is Decision.CLOSED and AskType.OUTCOME_DISPUTED in waiting:
        raise BrokenError("nothing is closed while a dispute waits", copy)
    if decision is Decision.REOPENED and copy.reopened:
        raise BrokenError("nothing is reopened twice", copy)
    if decision is Decision.CANCELLED and AskType.CANCEL_REQUESTED not in waiting:
        raise BrokenError("nothing is cancelled unasked", copy)


def check_hearing(copy: RecipientCopy, ask: AskType, step: Decided) -> None:
    """Judge what the recipient makes of an ask; it counts as waiting while it is answered."""
    ask_id = next(
        (answer for _, answers in step.says for answer in answers if answer not in dict(copy.waiting)), None
    )
    ask_id = ask_id or next((waiting for waiting, kind in step.copy.waiting if kind is ask), None)
    if ask_id is None:
        raise BrokenError("every ask is in exactly one place until it is settled", copy, ask, step)
    check_decisions(_with(copy, ask_id, ask), step)
    if ask is AskType.CONSENT_WITHDRAWN and not step.copy.withdrawn:
        raise BrokenError("a withdrawal is remembered", copy, step)
    rejected = any(decision is Decision.ASK_REJECTED for decision, _ in step.says)
    if rejected and ask is AskType.CANCEL_REQUESTED and copy.state not in ENDED | CONCLUDED:
        raise BrokenError("the system does not refuse what a person should decide", copy, step)


def check_asking(copy: SenderCopy, step: SenderCopy, ask: AskType) -> None:
    """Judge what the sender does when it asks."""
    if copy.withdrawn and not (ask is AskType.CONSENT_WITHDRAWN and _untaken(copy, ask)):
        raise BrokenError("the sender asks nothing after a withdrawal", copy, ask)
    if any(kind is ask for _, kind in copy.open):
        raise BrokenError("at most one ask of a type is open", copy, ask)
    if step.state is not copy.state:
        raise BrokenError("the sender never changes the state", copy, step)


def check_asks_in_one_place(
    recipient: RecipientCopy | None, sender: SenderCopy, arriving: Sequence[UUID], saids: Sequence[Said]
) -> None:
    """See that an open ask is on its way, waiting or being answered: neither twice nor nowhere."""
    places = Counter(arriving)
    if recipient is not None:
        places.update(ask_id for ask_id, _ in recipient.waiting)
    for _, answers in saids:
        places.update(answers)
    if places != Counter(ask_id for ask_id, _ in sender.open):
        raise BrokenError("every ask is in exactly one place until it is settled", recipient, sender, saids)


def check_erasures(recipient: RecipientCopy | None, sender: SenderCopy, erasures: int) -> None:
    """See that there is one receipt of erasure at most, and none unless somebody withdrew."""
    withdrawn = sender.withdrawn or (recipient is not None and recipient.withdrawn)
    if erasures > (1 if withdrawn else 0):
        raise BrokenError("there is exactly one erasure", recipient, sender)


def check_agreement(recipient: RecipientCopy, sender: SenderCopy) -> None:
    """See that nothing differs once both channels are empty."""
    if (recipient.state, recipient.closed_as, recipient.reopened, recipient.erased) != (
        sender.state,
        sender.closed_as,
        sender.reopened,
        sender.erased,
    ):
        raise BrokenError("the copies agree once the channels are empty", recipient, sender)
    unheard = _untaken(sender, AskType.CONSENT_WITHDRAWN)
    if (recipient.withdrawn or (sender.withdrawn and not unheard)) and not recipient.erased:
        raise BrokenError("there is exactly one erasure", recipient, sender)


def check_untaken(sender: SenderCopy, possible: set[AskType]) -> None:
    """See that a withdrawal which was not taken in can be said again, until the erasure is heard."""
    withdrawal = AskType.CONSENT_WITHDRAWN
    if _untaken(sender, withdrawal) and not sender.erased and withdrawal not in possible:
        raise BrokenError("a withdrawal that was not taken in can be said again", sender)


def _untaken(sender: SenderCopy, ask: AskType) -> bool:
    return any(each.ask is ask for each in sender.untaken)


def _with(copy: RecipientCopy, ask_id: UUID, ask: AskType) -> RecipientCopy:
    return RecipientCopy(
        copy.state, (*copy.waiting, (ask_id, ask)), copy.closed_as, copy.reopened, copy.withdrawn, copy.erased
    )
