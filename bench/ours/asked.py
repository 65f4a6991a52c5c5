"""A referral as its recipient keeps it, which waits for what its sender was asked to supply."""

from datetime import datetime

from uuid_utils.compat import uuid7

from bench.ours.order import requested
from ieum.casework.values import Referral
from ieum_contracts.address import Address
from ieum_contracts.catalogue import encode
from ieum_contracts.codes import State
from ieum_contracts.lifecycle import RecipientCopy


def asked_referral(sender: Address, at: datetime) -> Referral:
    """Make a referral of which something was asked at a time."""
    body = requested()
    return Referral(
        id=uuid7(),
        journey=uuid7(),
        peer=sender,
        programme=body.programme,
        copy=RecipientCopy(State.INFO_REQUESTED),
        asked=encode(body.model_copy(update={"sealed": None})),
        sealed=None,
        created_at=at,
        changed_at=at,
        requested_at=at,
    )
