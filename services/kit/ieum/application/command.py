"""A command is one object: what it needs to know, what is decided, and how the result is answered."""

from collections.abc import Callable, Container
from dataclasses import dataclass
from datetime import datetime

from ieum.application.loading import Loaded, Requirements
from ieum.casework.refusals import Guard, Refusal
from ieum.casework.values import Case, Change, Referral
from ieum.delivery.sending.outbox import Cause
from ieum.storage.idempotency_rows import IdempotencyKey, StoredResponse
from ieum_contracts.model import Model
from ieum_contracts.timing import out_of_time


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that an agency's own system orders.

    `decide` is pure: what was loaded and the time go in, a change or its refusal comes out. `render` writes
    the answer to a change; it is pure too, and is called once, in the process that made the change.
    """

    needs: Requirements
    decide: Callable[[Loaded, datetime], Change | Refusal]
    render: Callable[[Change], StoredResponse]


@dataclass(frozen=True, slots=True)
class Submission:
    """A command with the request that brought it.

    The answer is stored under `idempotency_key`; whoever submits under that key again gets it back.
    `versions` are those of the referral or case for which the command is meant (If-Match); None is for any.
    `order` is what was ordered: times and days in it are judged by the moment at which it is carried out.
    """

    command: Command
    cause: Cause
    idempotency_key: IdempotencyKey | None = None
    versions: Container[int] | None = None
    order: object = None

    def decide(self, loaded: Loaded, now: datetime) -> Change | Refusal:
        """Decide, unless a time cannot be meant, or what the command is about is unknown or has changed."""
        faults = tuple(out_of_time(self.order, now)) if isinstance(self.order, Model) else ()
        if faults:
            return Refusal(Guard.TIME, "out-of-time", faults=faults)
        needs = self.command.needs
        if needs.locks:
            about = _about(loaded, needs)
            if about is None:
                return Refusal(Guard.NOT_FOUND, "unknown")
            if self.versions is not None and about.version not in self.versions:
                return Refusal(Guard.VERSION, "changed-meanwhile", version=about.version)
        return self.command.decide(loaded, now)


@dataclass(frozen=True, slots=True)
class CommandResult:
    """What a command comes to: what changes, and the answer."""

    change: Change
    answer: StoredResponse


def _about(loaded: Loaded, needs: Requirements) -> Referral | Case | None:
    if needs.referral is not None:
        return loaded.known.referrals.get(needs.referral)
    return None if needs.case is None else loaded.known.cases.get(needs.case)
