"""Orders for referrals as agency systems post them, with marks by which their values can be searched for."""

import copy
from typing import Any
from uuid import uuid4

from ieum.api.docs.examples import REFERRALS
from ieum_contracts.address import Address

MARKS = ("가나다 시험", "010-0000-0000", "구직급여가 곧 끝나")
"""Values out of the order that may stand in no answer to a POST, in no problem and in no log line."""


def referral_order(to: Address, **changes: object) -> dict[str, Any]:
    """Make an order for the client of a new reference; what is None in `changes` is left out."""
    order: dict[str, Any] = copy.deepcopy(dict(REFERRALS["person"]))
    order["recipient"] = to.agency
    order["client_ref"] = f"T-{uuid4().hex[:12]}"
    order["sealed"]["consent"]["recipient"] = str(to)
    order["sealed"]["consent"]["purpose"] = changes.get("programme", order["programme"])
    order.update(changes)
    return {name: value for name, value in order.items() if value is not None}
