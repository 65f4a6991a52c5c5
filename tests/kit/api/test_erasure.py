"""After a withdrawal nothing goes on, and nothing personal can be read any more at the recipient."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from ieum.delivery.erasure import erase_the_rest
from ieum_contracts.case import CaseFollowedUp
from ieum_contracts.consent import ConsentWithdrawn
from ieum_contracts.delivery import StreamResendAsked
from ieum_contracts.referral import ReferralAmended, ReferralRequested
from ieum_contracts.topics import Family
from tests.kit.api.agency_api import Api, carry, settle
from tests.kit.api.foreign import Foreign, lose, settle_all, wake
from tests.kit.api.referring import referral_order

pytestmark = [pytest.mark.stack, pytest.mark.usefixtures("forget_troubles")]
MUCH = """
insert into outbox (key, peer, family, sequence, held)
select gen_random_uuid(), 1, 1, 1, true from generate_series(1, 20000)
"""
WITHDRAWN = {"ask": "consent.withdrawn"}
TABLES = "select table_name from information_schema.tables where table_schema = 'public'"
LOOK = "select format('select t::text as row from %I t', $1::text)"
FOLLOWED = {"found": "still-employed"}


def _note() -> str:
    return f"가나다 시험 표식 {uuid4().hex}"


async def _keeps(api: Api, mark: str) -> list[str]:
    """Name the tables of an agency in which a mark still stands."""
    found, wanted = [], (mark, mark.encode().hex())
    async with api.database.acquire() as connection:
        for table in [row["table_name"] for row in await connection.fetch(TABLES)]:
            rows = await connection.fetch(await connection.fetchval(LOOK, table))
            if any(each in row["row"] for row in rows for each in wanted):
                found.append(table)
    return found


async def _post(api: Api, path: str, body: dict[str, Any], status: int = 200) -> dict[str, Any]:
    answer = await api.post(path, body)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def _made(api: Api, welfare: Api, mark: str) -> str:
    order = referral_order(api.peer)
    order["sealed"]["reason_in_words"] = mark
    referral: str = (await _post(api, "/v1/referrals", order, 201))["id"]
    await settle(api, welfare)
    return referral


async def _decide(welfare: Api, referral: str, name: str, **more: object) -> None:
    await _post(welfare, f"/v1/referrals/{referral}/decisions", {"decision": name, **more})


async def _closed(api: Api, welfare: Api, mark: str) -> tuple[str, str]:
    """Serve a client to the end, with a marked note at every step; returns the referral and its case."""
    referral, note = await _made(api, welfare, mark), {"note": mark}
    await _decide(welfare, referral, "accepted", sealed=note)
    await _decide(welfare, referral, "progressed", sub_status="contacted", sealed=note)
    await _decide(welfare, referral, "completed", outcome="service-provided", sealed=note)
    await settle(api, welfare)
    await _post(api, f"/v1/referrals/{referral}/asks", {"ask": "outcome-acknowledged", "sealed": note})
    await settle(api, welfare)
    case: str = (await welfare.http.get(f"/v1/referrals/{referral}")).json()["case"]
    await _post(welfare, f"/v1/cases/{case}/follow-ups", FOLLOWED | {"sealed": note})
    await settle(api, welfare)
    return referral, case


async def test_nothing_personal_is_left_at_the_recipient_and_nothing_goes_on(api: Api, welfare: Api) -> None:
    mark = _note()
    referral, case = await _closed(api, welfare, mark)
    assert {"ledger", "referral"} <= set(await _keeps(welfare, mark))
    await _post(api, f"/v1/referrals/{referral}/asks", WITHDRAWN)
    await settle(api, welfare)
    assert await _keeps(welfare, mark) == []
    shown = (await welfare.http.get(f"/v1/referrals/{referral}")).json()
    told = {each["type"]: each.get("data") for each in shown["history"] if each["direction"] == "said"}
    assert told["referral.completed.v1"]["outcome"] == "service-provided"
    assert mark not in str(shown)
    before = (await api.http.get(f"/v1/referrals/{referral}")).json()["history"]
    refused = await _post(welfare, f"/v1/cases/{case}/follow-ups", FOLLOWED | {"sealed": {"note": mark}}, 409)
    assert (refused["type"], refused["reason"]) == ("urn:ieum:problem:case", "consent-withdrawn")
    await settle(api, welfare)
    assert (await api.http.get(f"/v1/referrals/{referral}")).json()["history"] == before
    assert (await welfare.http.get(f"/v1/cases/{case}")).json()["referrals"][0]["withdrawn"] is True
    assert shown["allowed"] == []


async def test_an_open_case_of_a_client_who_withdrew_is_closed_without_goals_and_aftercare(
    api: Api, welfare: Api
) -> None:
    referral = await _made(api, welfare, _note())
    await _decide(welfare, referral, "accepted", keep_case_open=True)
    await settle(api, welfare)
    await _post(api, f"/v1/referrals/{referral}/asks", WITHDRAWN)
    await settle(api, welfare)
    case = (await welfare.http.get(f"/v1/referrals/{referral}")).json()["case"]
    path, reason = f"/v1/cases/{case}/close", {"reason": "consent-withdrawn"}
    refused = await _post(welfare, path, reason | {"aftercare_until": "2027-01-31"}, 409)
    assert refused["reason"] == "consent-withdrawn"
    assert (await _post(welfare, path, reason))["state"] == "closed"


async def test_what_had_still_to_be_sent_is_hidden_at_once_and_cleared_once_it_is_sent(
    api: Api, welfare: Api
) -> None:
    mark = _note()
    referral = await _made(api, welfare, mark)
    await _decide(welfare, referral, "accepted", sealed={"note": mark})
    await _decide(welfare, referral, "withdrawn", sealed={"note": mark})
    shown = await welfare.http.get(f"/v1/referrals/{referral}")
    assert (shown.json()["state"], mark in shown.text) == ("withdrawn", False)
    assert await _keeps(welfare, mark) == ["ledger"]
    await carry(welfare, api)
    async with welfare.database.acquire() as connection:
        await erase_the_rest(connection)
        assert await connection.fetchval("select count(*) from erasing") == 0
    assert await _keeps(welfare, mark) == []
    assert (await api.http.get(f"/v1/referrals/{referral}")).json()["state"] == "withdrawn"


async def test_however_much_waits_for_others_what_was_sent_is_cleared(api: Api, welfare: Api) -> None:
    """An agency that is gone, and for which very much waits, stands in nobody's way."""
    mark = _note()
    referral = await _made(api, welfare, mark)
    await _decide(welfare, referral, "accepted", sealed={"note": mark})
    await _decide(welfare, referral, "withdrawn", sealed={"note": mark})
    await carry(welfare, api)
    async with welfare.database.acquire() as connection:
        await connection.execute(MUCH)
        await erase_the_rest(connection)
        await connection.execute("delete from outbox where held")
    assert await _keeps(welfare, mark) == []


QUARANTINED = "select count(*) from quarantine where headers = $1"


async def test_what_waits_is_cleared_as_well_and_what_proves_no_place_is_never_kept(
    api: Api, welfare: Api
) -> None:
    mark = _note()
    referral = await _made(api, welfare, mark)
    key = UUID(referral)
    amended = ReferralAmended.model_validate({"sealed": {"note": mark}})
    behind = Foreign(api.me, welfare, {(key, Family.REFERRAL): 7})
    await behind.say(key, amended)
    await Foreign(api.me, welfare, {(key, Family.ELIGIBILITY): 0}).take(
        Family.REFERRAL, key, [("ce_id", b"none"), ("ce_subject", referral.encode())], mark.encode()
    )
    async with welfare.database.acquire() as connection:
        assert await connection.fetchval(QUARANTINED, f"ce_id=none\nce_subject={referral}".encode()) == 1
    broken = Foreign(api.me, welfare, {(key, Family.REFERRAL): 1})
    await broken.say(key, amended, value=f'{{"sealed": {{"note": ["{mark}"]}}}}'.encode())
    kept = set(await _keeps(welfare, mark))
    assert {"parked", "ledger"} <= kept
    assert "quarantine" not in kept
    await _decide(welfare, referral, "withdrawn")
    await settle(api, welfare)
    assert await _keeps(welfare, mark) == []
    await broken.say(key, amended, value=f'{{"sealed": {{"note": ["{mark}"]}}}}'.encode())
    assert await _keeps(welfare, mark) == []


async def test_news_of_a_client_who_withdrew_is_refused_and_not_kept(api: Api, welfare: Api) -> None:
    referral, case = await _closed(api, welfare, _note())
    await _post(api, f"/v1/referrals/{referral}/asks", WITHDRAWN)
    await settle(api, welfare)
    mark = _note()
    fields = {"case": case, "referrals": [referral], "checked_on": "2026-07-03", "found": "still-employed"}
    body = CaseFollowedUp.model_validate(fields | {"sealed": {"note": mark}})
    said = Foreign(welfare.me, api, {(UUID(case), Family.CASE_CLOSED): 2})
    await said.say(UUID(case), body)
    async with api.database.acquire() as connection:
        fates = await connection.fetch("select fate, reason from ledger where key = $1", UUID(case))
    assert ("refused", "consent-withdrawn") in {tuple(row) for row in fates}
    assert await _keeps(api, mark) == []


async def test_a_withdrawal_clears_also_what_was_never_taken_in(api: Api, welfare: Api) -> None:
    mark, key = _note(), uuid4()
    foreign = Foreign(api.me, welfare)
    order = referral_order(welfare.me)
    order["sealed"]["reason_in_words"] = mark
    await foreign.say(key, ReferralRequested.model_validate(order))  # without a journey
    assert await _keeps(welfare, mark) == ["ledger"]
    await foreign.say(key, ConsentWithdrawn())
    assert await _keeps(welfare, mark) == []


async def test_a_note_that_was_erased_is_not_sent_again_under_its_number(api: Api, welfare: Api) -> None:
    mark = _note()
    referral = await _made(api, welfare, mark)
    await _decide(welfare, referral, "accepted", sealed={"note": mark})
    await lose(welfare, api.me, UUID(referral))
    await _decide(welfare, referral, "withdrawn")
    await settle(api, welfare)
    asked = {"family": "referral", "key": referral, "first": 2, "last": 2}
    await Foreign(api.me, welfare).say(UUID(referral), StreamResendAsked.model_validate(asked))
    shown = (await welfare.http.get(f"/v1/referrals/{referral}")).json()
    assert [(each["said"], each["reason"]) for each in shown["not_taken_in"]] == [
        ("accepted", "sequence.lost")
    ]
    stream = f"{welfare.me.agency}.referral.{referral}"
    await _post(api, f"/v1/streams/{stream}/skip", {"reason": "sequence.gap", "by": "op-1", "sequence": 2})
    await wake(api, UUID(referral))
    await settle_all(api, welfare)
    assert (await api.http.get(f"/v1/referrals/{referral}")).json()["state"] == "withdrawn"
    assert await _keeps(welfare, mark) == []


@pytest.mark.parametrize("waits", [True, False])
async def test_a_withdrawal_by_another_agency_clears_nothing(api: Api, welfare: Api, waits: bool) -> None:
    mark, key = _note(), uuid4()
    order = referral_order(welfare.me)
    order["sealed"]["reason_in_words"] = mark
    known = Foreign(api.me, welfare, {(key, Family.REFERRAL): int(waits)})
    await known.say(key, ReferralRequested.model_validate(order))  # too early, or without a journey
    kept = await _keeps(welfare, mark)
    assert kept == ["parked" if waits else "ledger"]
    other = Foreign(replace(api.me, agency="city-job-center"), welfare)
    await other.say(key, ConsentWithdrawn())
    assert await _keeps(welfare, mark) == kept
