"""Every example of the API's document is taken by the contract that it stands for."""

from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import TypeAdapter
from pydantic_core import to_json

from ieum.api.docs import examples
from ieum.api.docs.examples import Example
from ieum.api.operators.sources import SOURCE_RELEASE
from ieum.api.operators.stream_actions import STREAM_ACT
from ieum.casework.ask_orders import ASK_ORDER
from ieum.casework.decision_orders import DECISION_ORDER
from ieum.casework.orders import CASE_CLOSING, CASE_FOLLOW_UP, ELIGIBILITY_CHANGE, REFERRAL_ORDER

_EXAMPLES: tuple[tuple[TypeAdapter[Any], Mapping[str, Example]], ...] = (
    (REFERRAL_ORDER, examples.REFERRALS),
    (DECISION_ORDER, examples.DECISIONS),
    (ASK_ORDER, examples.ASKS),
    (ELIGIBILITY_CHANGE, examples.ELIGIBILITY_CHANGES),
    (CASE_CLOSING, examples.CASE_CLOSINGS),
    (CASE_FOLLOW_UP, examples.CASE_FOLLOW_UPS),
    (STREAM_ACT, examples.STREAM_ACTS),
    (SOURCE_RELEASE, examples.SOURCE_RELEASES),
)


@pytest.mark.parametrize(("contract", "bodies"), _EXAMPLES, ids=str)
def test_an_example_fits_its_contract(contract: TypeAdapter[Any], bodies: Mapping[str, Example]) -> None:
    for body in bodies.values():
        contract.validate_json(to_json(body), extra="forbid")
