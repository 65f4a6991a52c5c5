"""A recipient that seems to know a person already shows where from; a person decides what it means."""

import unicodedata
from typing import Any
from uuid import uuid4

import pytest

from ieum_contracts.model import LINE_CHARACTERS_MAX
from tests.kit.api.agency_api import Api, settle
from tests.kit.api.referring import referral_order

pytestmark = pytest.mark.stack
INDEX_BYTES_MAX = 2_704
"""What an entry of a B-tree of PostgreSQL may hold."""
BORN = "1988-05-20"


async def refer(api: Api, welfare: Api, name: str, birth_date: str | None = BORN) -> str:
    """Refer somebody under a reference of its own, as two desks that know nothing of each other do."""
    order = referral_order(api.peer)
    client = {"name": name, "birth_date": birth_date}
    order["sealed"]["client"] = {member: value for member, value in client.items() if value is not None}
    made = await api.post("/v1/referrals", order)
    assert made.status_code == 201, made.text
    await settle(api, welfare)
    return str(made.json()["id"])


async def shown(one: Api, referral: str) -> list[dict[str, Any]]:
    detail = (await one.http.get(f"/v1/referrals/{referral}")).json()
    found: list[dict[str, Any]] = detail["possible_duplicates"]
    return found


async def test_who_was_referred_before_under_another_reference_is_shown(api: Api, welfare: Api) -> None:
    name = f"Nguyen {uuid4().hex}"
    first = await refer(api, welfare, name)
    assert await shown(welfare, first) == []
    second = await refer(api, welfare, f" {name.upper()} ".replace(" ", "  ").strip())
    (known,) = await shown(welfare, second)
    assert (known["referral"], known["role"], known["state"]) == (first, "recipient", "received")
    assert (known["peer"], known["programme"]) == (str(api.me), "welfare-counselling")
    assert "client_ref" not in known, "the sender's reference never travels"
    (known,) = await shown(api, second)
    assert known["client_ref"].startswith("T-"), "but its own desk knows it"
    declined = {"decision": "declined", "reason": "duplicate"}
    answer = await welfare.post(f"/v1/referrals/{second}/decisions", declined)
    assert answer.status_code == 200, answer.text
    await settle(welfare, api)
    assert [each["state"] for each in await shown(welfare, first)] == ["declined"]


async def test_another_birth_date_or_none_is_another_person(api: Api, welfare: Api) -> None:
    name = f"가나다 시험 {uuid4().hex}"
    known = [await refer(api, welfare, name, born) for born in (BORN, "1988-05-21", None, None)]
    assert [await shown(welfare, each) for each in known] == [[]] * 4


async def test_an_erasure_leaves_nothing_by_which_to_know_somebody(api: Api, welfare: Api) -> None:
    name = f"가나다 시험 {uuid4().hex}"
    first = await refer(api, welfare, name)
    await api.post(f"/v1/referrals/{first}/asks", {"ask": "consent.withdrawn"})
    await settle(api, welfare)
    second = await refer(api, welfare, name)
    assert await shown(welfare, second) == await shown(welfare, first) == []


async def test_a_name_that_grows_when_it_is_normalized_is_taken_and_known_again(
    api: Api, welfare: Api
) -> None:
    name = "".join(f"\ufdfa{chr(0xAC00 + n)}" for n in range(LINE_CHARACTERS_MAX // 2))
    assert len(unicodedata.normalize("NFKC", name).encode()) > INDEX_BYTES_MAX
    first = await refer(api, welfare, name)
    second = await refer(api, welfare, name)
    assert [each["referral"] for each in await shown(welfare, second)] == [first]
