"""Other referrals that may be of the same person: shown to a worker, who decides."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from ieum.casework.values import Referral, Side
from ieum_contracts.codes import State

POSSIBLE_DUPLICATES_MAX = 20


class PossibleDuplicate(BaseModel):
    """A referral of somebody of the same name and birth date at this agency: not by that the same person."""

    referral: UUID
    role: Side = Field(description="Whether this agency has sent or received it.")
    peer: str = Field(description="Address of the other agency.")
    programme: str
    state: State
    journey: UUID = Field(description="The same journey is the same client for certain.")
    client_ref: str | None = Field(default=None, description="Our own reference, where we have sent it.")
    created_at: datetime

    @classmethod
    def of(cls, referral: Referral) -> Self:
        """Show a referral as one."""
        return cls(
            referral=referral.id,
            role=referral.side,
            peer=str(referral.peer),
            programme=referral.programme,
            state=referral.state,
            journey=referral.journey,
            client_ref=referral.client_ref,
            created_at=referral.created_at,
        )
