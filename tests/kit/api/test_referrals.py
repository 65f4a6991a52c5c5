"""Referrals are made, listed and read; every guard refuses by its own kind of problem and changes nothing."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.kit.api.agency_api import Api, carry, settle
from tests.kit.api.referring import MARKS, referral_order

pytestmark = pytest.mark.stack
COUNTS = """
select (select count(*) from referral), (select count(*) from outbox), (select count(*) from ledger),
    (select count(*) from idempotency)
"""
VECTORS = json.loads(Path("contracts/vectors/identifiers.json").read_text())


async def _counts(api: Api) -> tuple[int, ...]:
    async with api.database.acquire() as connection:
        return tuple(await connection.fetchrow(COUNTS) or ())


async def test_a_referral_is_made_and_found_under_its_location(api: Api, order: dict[str, Any]) -> None:
    made = await api.post("/v1/referrals", order)
    assert made.status_code == 201, made.text
    assert made.json()["state"] == "requested"
    assert not any(mark in made.text for mark in MARKS)
    found = await api.http.get(made.headers["location"])
    assert found.headers["etag"] == made.headers["etag"] == '"1"'
    detail = found.json()
    assert detail["id"] == made.json()["id"]
    assert (detail["role"], detail["peer"], detail["client_ref"]) == (
        "sender",
        str(api.peer),
        order["client_ref"],
    )
    assert detail["requested"]["sealed"]["contact"]["phone"] == "010-0000-0000"
    assert "consent.withdrawn" in detail["allowed"]
    assert [event["type"] for event in detail["history"]] == ["referral.requested.v1"]


async def test_the_recipient_reads_what_it_needs_and_never_the_senders_reference(
    api: Api, welfare: Api, order: dict[str, Any]
) -> None:
    made = (await api.post("/v1/referrals", order)).json()
    await settle(api, welfare)
    found = await welfare.http.get(f"/v1/referrals/{made['id']}")
    detail = found.json()
    assert (detail["role"], detail["state"]) == ("recipient", "received")
    assert detail["requested"]["sealed"]["client"]["name"] == "가나다 시험"
    assert order["client_ref"] not in found.text
    assert "accepted" in detail["allowed"]
    at_sender = (await api.http.get(f"/v1/referrals/{made['id']}")).json()
    assert at_sender["state"] == "received"
    assert [event["type"] for event in at_sender["history"]][:2] == [
        "referral.requested.v1",
        "referral.received.v1",
    ]


def _with(**changes: object) -> dict[str, object]:
    return changes


_REFUSED = [
    ("programme", 422, _with(programme="no-such-programme")),
    ("programme", 422, _with(recipient="no-such-agency")),
    ("programme", 422, _with(recipient="employment-center", programme="training-card")),
    ("owner", 403, _with(parent=str(uuid4()))),
    ("validation", 422, _with(unheard_of=1)),
    ("validation", 422, _with(priority="very")),
    ("validation", 422, _with(hand_over=None)),
]


@pytest.mark.parametrize(("kind", "status", "changes"), _REFUSED)
async def test_an_order_that_a_guard_refuses_changes_nothing(
    api: Api, kind: str, status: int, changes: dict[str, object]
) -> None:
    before = await _counts(api)
    refused = await api.post("/v1/referrals", referral_order(api.peer, **changes))
    assert (refused.status_code, refused.json()["type"]) == (status, f"urn:ieum:problem:{kind}")
    assert not any(mark in refused.text for mark in MARKS)
    assert await _counts(api) == before


async def test_a_person_without_consent_and_statute_has_no_basis(api: Api, order: dict[str, Any]) -> None:
    del order["sealed"]["consent"]
    refused = await api.post("/v1/referrals", order)
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:ieum:problem:basis")


@pytest.mark.parametrize("vector", VECTORS["hits"], ids=lambda vector: vector["why"])
async def test_an_identifier_in_a_text_is_refused_by_its_place_and_never_repeated(
    api: Api, order: dict[str, Any], vector: dict[str, str]
) -> None:
    order["sealed"]["reason_in_words"] = vector["text"]
    refused = await api.post("/v1/referrals", order)
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:ieum:problem:identifiers")
    assert [each["field"] for each in refused.json()["errors"]] == ["/sealed/reason_in_words"]
    assert vector["text"] not in refused.text


@pytest.mark.parametrize("vector", VECTORS["non_hits"], ids=lambda vector: vector["why"])
async def test_what_only_looks_like_an_identifier_is_taken(
    api: Api, order: dict[str, Any], vector: dict[str, str]
) -> None:
    order["sealed"]["reason_in_words"] = vector["text"]
    assert (await api.post("/v1/referrals", order)).status_code == 201


async def test_an_identifier_in_our_own_reference_is_refused_as_well(api: Api, order: dict[str, Any]) -> None:
    order["client_ref"] = VECTORS["hits"][1]["text"]
    before = await _counts(api)
    refused = await api.post("/v1/referrals", order)
    assert [(each["field"], each["code"]) for each in refused.json()["errors"]] == [
        ("/client_ref", "identifier")
    ]
    assert await _counts(api) == before


async def test_a_second_open_referral_of_a_client_names_the_first(api: Api, order: dict[str, Any]) -> None:
    first = (await api.post("/v1/referrals", order)).json()
    refused = await api.post("/v1/referrals", order)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:ieum:problem:duplicate")
    assert refused.json()["referral"] == first["id"]
    assert order["client_ref"] not in refused.text


async def test_a_client_sent_back_to_where_the_journey_began_goes_round(
    api: Api, welfare: Api, order: dict[str, Any]
) -> None:
    first = (await api.post("/v1/referrals", order)).json()
    await settle(api, welfare)
    back = referral_order(welfare.peer, programme="training-card", parent=first["id"])
    back["sealed"]["consent"]["purpose"] = "training-card"
    second = await welfare.post("/v1/referrals", back)
    assert second.status_code == 201, second.text
    assert second.json()["journey"] == first["journey"]
    await settle(api, welfare)
    again = referral_order(api.peer, parent=second.json()["id"])
    refused = await api.post("/v1/referrals", again)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:ieum:problem:loop")
    overridden = await api.post("/v1/referrals", again | {"loop_override": "new facts"})
    assert overridden.status_code == 201


async def test_pages_stay_stable_while_referrals_are_added(api: Api) -> None:
    refs = [(await api.post("/v1/referrals", referral_order(api.peer))).json()["id"] for _ in range(5)]
    seen: list[str] = []
    page = (await api.http.get("/v1/referrals", params={"limit": 2})).json()
    seen += [each["id"] for each in page["referrals"]]
    while len(seen) < len(refs):
        await api.post("/v1/referrals", referral_order(api.peer))
        page = (await api.http.get("/v1/referrals", params={"limit": 2, "cursor": page["next"]})).json()
        seen += [each["id"] for each in page["referrals"]]
    assert seen[:5] == refs[::-1]
    assert len(set(seen)) == len(seen)


async def test_filters_narrow_the_list(api: Api, welfare: Api, order: dict[str, Any]) -> None:
    made = (await api.post("/v1/referrals", order)).json()
    await carry(api, welfare)

    async def ids(at: Api, **params: str) -> set[str]:
        found = await at.http.get("/v1/referrals", params={**params, "limit": "200"})
        assert found.status_code == 200, found.text
        assert not any(mark in found.text for mark in MARKS)
        return {each["id"] for each in found.json()["referrals"]}

    assert await ids(api, client_ref=order["client_ref"]) == {made["id"]}
    assert await ids(api, journey=made["journey"]) == {made["id"]}
    assert made["id"] in await ids(api, role="sender", state="requested", peer=api.peer.agency)
    assert made["id"] not in await ids(api, role="recipient")
    assert made["id"] in await ids(welfare, role="recipient", state="received")
    assert made["id"] not in await ids(welfare, peer="nobody-knows")


async def test_what_does_not_exist_is_not_found(api: Api) -> None:
    for path in (f"/v1/referrals/{uuid4()}", f"/v1/cases/{uuid4()}"):
        assert (await api.http.get(path)).status_code == 404
    for path in (f"/v1/referrals/{uuid4()}/asks",):
        assert (await api.post(path, {"ask": "outcome-acknowledged"})).status_code == 404


async def test_programmes_of_everyone_are_listed(api: Api) -> None:
    found = (await api.http.get("/v1/programmes")).json()["programmes"]
    by_own = {each["own"]: each["agency"] for each in found}
    assert by_own == {True: str(api.me), False: str(api.peer)}
    only = (await api.http.get("/v1/programmes", params={"agency": api.peer.agency})).json()["programmes"]
    assert {each["agency"] for each in only} == {str(api.peer)}
