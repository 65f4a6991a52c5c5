"""What an agency's API refuses is said in its own words, with the fields that have to be corrected."""

import httpx
import pytest

from ieum.cli.exits import CommandError, Exit
from ieum.cli.operator_client import act

REFUSED = {
    "type": "urn:ieum:problem:validation",
    "detail_en": "Correct the fields named in `errors`.",
    "errors": [{"in": "body", "field": "/reason", "code": "pattern", "detail_en": "It is no code."}],
}


def test_a_refusal_names_the_fields_to_correct() -> None:
    answers = httpx.MockTransport(lambda _: httpx.Response(422, json=REFUSED))
    with (
        httpx.Client(transport=answers, base_url="http://localhost") as api,
        pytest.raises(CommandError) as refused,
    ):
        act(api, "/v1/streams/a/skip", {"reason": "no code"})
    assert refused.value.code is Exit.REFUSED
    assert str(refused.value).endswith("Correct the fields named in `errors`. /reason: It is no code.")
