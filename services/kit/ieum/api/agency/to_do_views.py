"""How a change of eligibility is shown of which a worker has to take care."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from ieum.casework.known_change import KnownChange, ToDoResult
from ieum_contracts.eligibility import Standing
from ieum_contracts.model import Day


class RuledOut(BaseModel):
    """A programme that cannot be had together with the one that changed."""

    programme: str
    rule: str = Field(description="Id of the rule.")
    citation: str = Field(description="Where the rule stands.")


class ToDo(BaseModel):
    """A change of the client's eligibility of which a worker here has to take care."""

    id: UUID = Field(description="Id of the change, the same at every agency.")
    referral: UUID = Field(description="The referral here that it concerns.")
    journey: UUID
    told_by: str | None = Field(
        default=None, description="Address of the agency that told it; absent: we did."
    )
    programme: str = Field(description="The programme with which the client's standing has changed.")
    old: Standing
    new: Standing
    effective_on: Day
    conflicts: list[RuledOut] = Field(description="Programmes that it rules out.")
    at: datetime = Field(description="When it became known here.")
    done: bool
    done_at: datetime | None = None
    result: ToDoResult | None = Field(default=None, description="What became of it, once it is done.")


def to_do(change: KnownChange) -> ToDo:
    """Show a change of eligibility that a worker has to take care of."""
    return ToDo(
        id=change.id,
        referral=change.referral,
        journey=change.journey,
        told_by=None if change.told_by is None else str(change.told_by),
        programme=change.programme,
        old=change.old,
        new=change.new,
        effective_on=change.effective_on,
        conflicts=[RuledOut.model_validate(each, from_attributes=True) for each in change.conflicts],
        at=change.at,
        done=change.done_at is not None,
        done_at=change.done_at,
        result=change.result,
    )
