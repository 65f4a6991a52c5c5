"""A dry run says what the real order then says, for any order, and leaves nothing behind anywhere."""

from typing import Any

import pytest
from pydantic_core import from_json
from structlog.testing import capture_logs

from ieum.delivery.streams.stream import FAMILY_NUMBERS
from ieum_contracts.topics import Family
from ieum_lab.simulator.chance import seeded
from tests.kit.api.agency_api import Api, settle
from tests.kit.api.random_orders import IDENTIFIER, Orders
from tests.kit.api.referring import MARKS, referral_order

pytestmark = pytest.mark.stack
ORDERS = 60
DRY = {"prefer": "dry-run"}
_COUNTS = """
select string_agg(format('select %L as name, count(*) as rows from %I', tablename, tablename), ' union all ')
from pg_tables where schemaname = 'public'
"""
_SEQUENCES = "select sequencename, last_value from pg_sequences order by sequencename"
_SAID = """
select type, body from ledger where key = $1 and said = $2 and family = $3 order by sequence
"""


async def _everything(api: Api) -> dict[str, object]:
    """Count the rows of every table but the access log, and read how far every sequence has come."""
    async with api.database.acquire() as connection:
        rows = await connection.fetch(await connection.fetchval(_COUNTS))
        found = {row[0]: row[1] for row in [*rows, *await connection.fetch(_SEQUENCES)]}
    return {name: count for name, count in found.items() if not name.startswith("access_log")}


async def _dry(api: Api, order: object, **headers: str) -> dict[str, Any]:
    answer = await api.http.post("/v1/referrals", json=order, headers=DRY | headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["preference-applied"] == "dry-run"
    found: dict[str, Any] = answer.json()
    return found


def _coded(body: bytes) -> dict[str, Any]:
    return {name: value for name, value in from_json(body).items() if name != "sealed"}


def _without_instance(problem: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in problem.items() if name != "instance"}


@pytest.mark.parametrize("seed", [1, 2])
async def test_a_dry_run_and_the_real_order_say_the_same(api: Api, welfare: Api, seed: int) -> None:
    """Events, refusal and the recipient's first answer; the dry run leaves no row, number or detail."""
    orders = Orders(api, seeded(seed))
    outcomes: set[str] = set()
    for _ in range(ORDERS):
        order = orders.next()
        before = await _everything(api), await _everything(welfare)
        with capture_logs() as logs:
            foreseen = await _dry(api, order)
        assert (await _everything(api), await _everything(welfare)) == before
        assert not any(mark in str(logs) for mark in (*MARKS, IDENTIFIER, order["client_ref"]))
        assert not any(mark in str(foreseen) for mark in (*MARKS, IDENTIFIER))
        done = await api.post("/v1/referrals", order)
        if done.status_code != 201:
            assert _without_instance(done.json()) == _without_instance(foreseen["refusals"][0])
            assert foreseen["says"] == []
            assert not foreseen["would_be_sent"]
            outcomes.add(done.json()["type"])
            continue
        assert (foreseen["would_be_sent"], foreseen["refusals"]) == (True, [])
        orders.sent.append(done.json()["id"])
        await settle(api, welfare)
        outcomes |= await _as_foreseen(api, welfare, done.json()["id"], foreseen)
    assert len(outcomes) > 5, outcomes


async def _as_foreseen(api: Api, welfare: Api, referral: str, foreseen: dict[str, Any]) -> set[str]:
    async with api.database.acquire() as connection:
        said = await connection.fetch(_SAID, referral, True, FAMILY_NUMBERS[Family.REFERRAL])
        heard = await connection.fetch(_SAID, referral, False, FAMILY_NUMBERS[Family.REFERRAL])
    written = [from_json(row["body"]) for row in said]
    assert [{"type": row["type"], "to": str(welfare.me), "data": _coded(row["body"])} for row in said] == (
        foreseen["says"]
    )
    assert [{"type": row["type"], "to": str(api.me), "data": _coded(row["body"])} for row in heard] == (
        foreseen["recipient_says"]
    )
    sealed = {name for name, value in written[0]["sealed"].items() if value}
    assert {item.partition(".")[0] for item in foreseen["items"]["sealed"]} == sealed
    assert set(foreseen["items"]["members"]) == {
        name for name, each in _coded(said[0]["body"]).items() if each
    }
    return {row["type"] for row in heard}


async def test_all_guards_are_named_not_only_the_first(api: Api, order: dict[str, Any]) -> None:
    await api.post("/v1/referrals", order)
    order["sealed"]["reason_in_words"] = IDENTIFIER
    order["sealed"]["consent"]["purpose"] = "self-reliance"
    order["assessment"] = {"event": order["sealed"]["consent"]["id"]}
    order["answer_by"] = "2088-01-01T00:00:00Z"
    foreseen = await _dry(api, order)
    kinds = [each["type"].rpartition(":")[2] for each in foreseen["refusals"]]
    assert kinds == ["identifiers", "validation", "basis", "assessment", "duplicate"]
    assert [each["data"] for each in foreseen["recipient_says"]] == [
        {"answers": [], "reason": "consent-invalid", "failed_rules": [], "suggestions": []}
    ]


async def test_a_key_is_neither_needed_nor_kept(api: Api, order: dict[str, Any]) -> None:
    key = {"idempotency-key": "dry-run-key-0001"}
    await _dry(api, order, **key)
    done = await api.post("/v1/referrals", order, key=key["idempotency-key"])
    assert done.status_code == 201
    again = await _dry(api, order, **key)
    assert [each["type"] for each in again["refusals"]] == ["urn:ieum:problem:duplicate"]


async def test_refusals_come_in_the_language_that_is_asked_for(api: Api, order: dict[str, Any]) -> None:
    del order["sealed"]["consent"]
    foreseen = await _dry(api, order, **{"accept-language": "en"})
    assert foreseen["refusals"][0]["title"] == "There is no lawful basis"
    assert foreseen["recipient_says"] == []


@pytest.mark.parametrize(
    ("prefer", "dry"),
    [
        ("respond-async, DRY-RUN; foo=bar", True),
        ("dry-run=true", True),
        ('note="a, dry-run, b"', False),
        ("return=minimal", False),
    ],
)
async def test_the_preference_is_read_as_the_standard_has_it(
    api: Api, order: dict[str, Any], prefer: str, dry: bool
) -> None:
    answer = await api.post("/v1/referrals", order, prefer=prefer)
    assert answer.status_code == (200 if dry else 201)


async def test_items_beyond_purpose_and_consent_are_named(api: Api) -> None:
    order = referral_order(api.peer, programme="livelihood")
    order["sealed"]["circumstances"] = {
        "arrears_days": {"value": 3, "source": "stated"},
        "recognised_income_monthly": {"value": 1, "source": "stated"},
    }
    items = (await _dry(api, order))["items"]
    assert items["not_needed"] == ["circumstances.arrears_days"]
    assert "contact.safe_to_call" in items["not_consented"]
    assert "contact.phone" not in items["not_consented"]
    assert {"consent", "sender_desk", "client.name", "circumstances.arrears_days"} <= set(items["sealed"])


async def test_a_cited_assessment_gives_the_likelihood(api: Api, welfare: Api) -> None:
    order = referral_order(api.peer, programme="livelihood")
    assert (await _dry(api, order))["eligibility"]["source"] == "assessed-on-receipt"
    made = (await api.post("/v1/referrals", order)).json()
    await settle(api, welfare)
    history = (await api.http.get(f"/v1/referrals/{made['id']}")).json()["history"]
    assessed = next(each for each in history if each["type"] == "eligibility.assessed.v1")
    order["assessment"] = {"event": assessed["id"]}
    cited = (await _dry(api, order))["eligibility"]
    advice = assessed["data"]["programmes"][0]
    assert (cited["source"], cited["likelihood"]) == ("cited-assessment", advice["likelihood"])
