"""What an agency's API refuses is said in its own words; what is no answer of an API is said to be none."""

import httpx
import pytest

from ieum.cli.exits import CommandError, Exit
from ieum.cli.operator_client import act, content_of

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


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, b"<html>A portal</html>", "text/html"),
        (502, b"", "text/plain"),
        (200, b"[1]", "application/json"),
    ],
)
def test_what_is_no_json_object_is_no_answer_of_an_agency(status: int, body: bytes, kind: str) -> None:
    headers = {"content-type": kind}
    answers = httpx.MockTransport(lambda _: httpx.Response(status, content=body, headers=headers))
    with httpx.Client(transport=answers, base_url="http://localhost:1") as api:
        with pytest.raises(CommandError) as refused:
            act(api, "/v1/streams/a/skip", {"reason": "mended"})
        with pytest.raises(CommandError) as unread:
            content_of(api.get("/v1/referrals/1"))
    assert {refused.value.code, unread.value.code} == {Exit.UNREACHABLE}
    assert f"answered {status} with {kind}, not with a JSON object" in str(refused.value)
    assert "IEUM_URLS" in str(unread.value)
