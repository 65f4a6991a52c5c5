"""A command as one object: what it needs, how it is decided, and how its result is rendered."""

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from datetime import datetime

from ieum.application.loading import Loaded, Requirements
from ieum.casework.refusals import Guard, Refusal
from ieum.casework.values import Case, Change, Referral
from ieum.delivery.sending.outbox import Cause
from ieum.storage.access_rows import AccessRow
from ieum.storage.idempotency_rows import IdempotencyKey, StoredResponse
from ieum_contracts.model import Model
from ieum_contracts.timing import out_of_time


@dataclass(frozen=True, slots=True)
class Command:
    """One request of an agency's own system to change something.

    `decide` is pure: from what was loaded and the time it makes a change or a refusal. `render` makes
    the answer to a change; it is pure too, and the answer is stored in the change's transaction.
    """

    needs: Requirements
    decide: Callable[[Loaded, datetime], Change | Refusal]
    render: Callable[[Change], StoredResponse]


@dataclass(frozen=True, slots=True)
class Submission:
    """A command with the request that brought it.

    The answer is stored under `idempotency_key`; a repeated submission gets it back.
    `versions` are the versions of the referral or case that the command accepts (If-Match); None is any.
    `accessed` makes the row of the access log that is written with the change, from the answer's status.
    `order` is the request's body: its times and days are checked against the moment of execution.
    """

    command: Command
    cause: Cause
    idempotency_key: IdempotencyKey | None = None
    versions: Container[int] | None = None
    order: Model | None = None
    accessed: Callable[[int], AccessRow] | None = None

    def decide(self, loaded: Loaded, now: datetime) -> Change | Refusal:
        """Decide, unless a time is implausible, or the command's subject is unknown or has changed."""
        faults = () if self.order is None else tuple(out_of_time(self.order, now))
        if faults:
            return Refusal(Guard.TIME, "out-of-time", faults=faults)
        needs = self.command.needs
        if needs.referral is not None or needs.case is not None:
            about = _about(loaded, needs)
            if about is None:
                return Refusal(Guard.NOT_FOUND, "unknown")
            if self.versions is not None and about.version not in self.versions:
                return Refusal(Guard.VERSION, "changed-meanwhile", version=about.version)
        return self.command.decide(loaded, now)


@dataclass(frozen=True, slots=True)
class CommandResult:
    """The result of a command: its change and its answer."""

    change: Change
    answer: StoredResponse


def _about(loaded: Loaded, needs: Requirements) -> Referral | Case | None:
    if needs.referral is not None:
        return loaded.known.referrals.get(needs.referral)
    return None if needs.case is None else loaded.known.cases.get(needs.case)


def accessed_by(submissions: Sequence[Submission], outcomes: Sequence[object]) -> list[AccessRow]:
    """Return the rows of the access log for those submissions that were executed."""
    return [
        each.accessed(outcome.answer.status)
        for each, outcome in zip(submissions, outcomes, strict=True)
        if each.accessed is not None and isinstance(outcome, CommandResult)
    ]
