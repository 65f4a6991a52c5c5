"""Values that are none are refused at the door with their place, and what people write is taken."""

from typing import Any

import pytest

from tests.kit.api.agency_api import Api

pytestmark = pytest.mark.stack


def _with(order: dict[str, Any], place: str, value: object) -> dict[str, Any]:
    *outer, last = place.split(".")
    at = order
    for name in outer:
        at = at.setdefault(name, {})
    at[last] = value
    return order


@pytest.mark.parametrize(
    ("place", "value"),
    [
        *(("sealed.client.name", each) for each in (" ", "\u3000", "\u200b", "\u3164", "\u2800", "\u0301")),
        ("sealed.reason_in_words", "\n \t"),
        *(("sealed.client.birth_date", each) for each in ("2099-01-01", "0001-01-01", "9999-12-31")),
        *(("sealed.consent.given_at", each) for each in ("2099-01-01T00:00:00Z", "1970-01-01T00:00:00Z")),
        *(("answer_by", each) for each in ("1999-01-01T00:00:00Z", "2020-01-01T00:00:00Z")),
        *(("sealed.contact.phone", each) for each in ("12", "031-820-1234, 010-0000-0000", "없음")),
        ("sealed.circumstances", {"own_income_monthly": {"value": -1, "source": "stated"}}),
    ],
)
async def test_a_value_that_is_none_is_refused_by_its_place(
    api: Api, order: dict[str, Any], place: str, value: object
) -> None:
    refused = await api.post("/v1/referrals", _with(order, place, value))
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:ieum:problem:validation"), refused.text
    pointer = "/" + place.replace(".", "/")
    assert [each["field"].startswith(pointer) for each in refused.json()["errors"]] == [True]


@pytest.mark.parametrize(
    ("place", "value", "read_as"),
    [
        *(("sealed.contact.phone", each, each) for each in ("031)820-1234", "1350", "031-820-1234 내선 12")),
        ("sealed.contact.phone", "031\u2013820\u20131234", "031-820-1234"),
        ("sealed.client.name", " 가나다\u3000", "가나다"),
    ],
)
async def test_what_people_write_is_taken(
    api: Api, order: dict[str, Any], place: str, value: str, read_as: str
) -> None:
    made = await api.post("/v1/referrals", _with(order, place, value))
    assert made.status_code == 201, made.text
    at = (await api.http.get(made.headers["location"])).json()["requested"]
    for name in place.split("."):
        at = at[name]
    assert at == read_as


async def test_household_assets_may_lie_below_zero(api: Api, order: dict[str, Any]) -> None:
    order["sealed"]["circumstances"] = {"household_assets": {"value": -5_000_000, "source": "stated"}}
    assert (await api.post("/v1/referrals", order)).status_code == 201
