"""What had no effect at the other side is shown: asks settle, and the client is referred again."""

from typing import Any
from uuid import UUID

import pytest

from ieum_contracts.delivery import StreamRefused, StreamResendAsked, StreamSkipped
from ieum_contracts.topics import Family
from tests.kit.api.agency_api import Api, carry, settle
from tests.kit.api.foreign import Foreign, lose, settle_all, wake
from tests.kit.api.referring import referral_order

pytestmark = [pytest.mark.stack, pytest.mark.usefixtures("forget_troubles")]
WITHDRAWN = {"ask": "consent.withdrawn"}
AMENDED = {"ask": "amended", "priority": "urgent", "priority_cause": "no-means-today"}
CANCEL = {"ask": "cancel-requested", "reason": "client-declined"}
SAID = "select event_id, type, digest from ledger where key = $1 and said and family = 1 and sequence = $2"


async def _made(api: Api) -> tuple[str, dict[str, Any]]:
    order = referral_order(api.peer)
    made = await api.post("/v1/referrals", order)
    assert made.status_code == 201, made.text
    return made.json()["id"], order


async def _shown(api: Api, referral: str) -> dict[str, Any]:
    shown: dict[str, Any] = (await api.http.get(f"/v1/referrals/{referral}")).json()
    return shown


async def _ask(api: Api, referral: str, ask: dict[str, Any]) -> str:
    asked = await api.post(f"/v1/referrals/{referral}/asks", ask)
    assert asked.status_code == 200, asked.text
    found = [each["id"] for each in asked.json()["open_asks"] if each["ask"] == ask["ask"]]
    return str(found[0])


async def _decide(api: Api, referral: str, name: str, **more: object) -> None:
    decided = await api.post(f"/v1/referrals/{referral}/decisions", {"decision": name, **more})
    assert decided.status_code == 200, decided.text


async def _refused(api: Api, referral: str, number: int, **changes: object) -> StreamRefused:
    """Write what a peer tells when it refuses a number that this agency said."""
    async with api.database.acquire() as connection:
        row = await connection.fetchrow(SAID, UUID(referral), number)
    assert row is not None
    told = {"family": "referral", "key": referral, "sequence": number, "reason": "body.invalid"}
    said = {"event": row["event_id"], "type": row["type"], "digest": row["digest"].hex()}
    return StreamRefused.model_validate({**told, **said, **changes})


async def _skip(at: Api, source: Api, referral: str) -> None:
    path, act = f"/v1/streams/{source.me.agency}.referral.{referral}/skip", {"reason": "sequence.gap"}
    seen = (await at.post(path, act | {"dry_run": True})).json()
    skipped = await at.post(path, act | {"by": "op-1", "sequence": seen["sequence"]})
    assert skipped.status_code == 200, skipped.text


async def test_a_referral_passed_over_at_its_recipient_ends_and_the_client_is_referred_again(
    api: Api, welfare: Api
) -> None:
    referral, order = await _made(api)
    await lose(api, welfare.me, UUID(referral))
    cancel = await _ask(api, referral, CANCEL)
    withdrawal = await _ask(api, referral, WITHDRAWN)
    assert (await api.post("/v1/referrals", order)).status_code == 409
    await settle(api, welfare)
    await _skip(welfare, api, referral)
    await wake(welfare, UUID(referral))
    await settle_all(api, welfare)
    shown = await _shown(api, referral)
    assert (shown["state"], shown["open_asks"]) == ("requested", [])
    assert shown["ended_here"] == {"cause": "skipped", "reason": "sequence.gap"}
    assert shown["allowed"] == ["consent.withdrawn"]
    assert {each["id"]: each["said"] for each in shown["not_taken_in"]} == {
        cancel: "cancel-requested",
        withdrawal: "consent.withdrawn",
    }
    again = await api.post("/v1/referrals", order)
    assert again.status_code == 201
    await settle(api, welfare)
    assert (await _shown(api, again.json()["id"]))["state"] == "received"


@pytest.mark.parametrize("kind", ["refused", "skipped", "lost"])
async def test_a_request_that_was_not_taken_in_ends_the_referral_however_it_is_told(
    api: Api, welfare: Api, kind: str
) -> None:
    referral, order = await _made(api)
    await lose(api, welfare.me, UUID(referral))
    foreign, key = Foreign(welfare.me, api), UUID(referral)
    refused = await _refused(api, referral, 1)
    skipped = StreamSkipped(family=Family.REFERRAL, key=key, sequence=1, reason="fold.failed")
    ask = StreamResendAsked(family=Family.REFERRAL, key=key, first=1, last=1)
    if kind == "lost":
        async with api.database.acquire() as connection:
            await connection.execute("update ledger set body = null where key = $1", key)
    notice = {"refused": refused, "skipped": skipped, "lost": ask}[kind]
    reason = {"refused": "body.invalid", "skipped": "fold.failed", "lost": "sequence.lost"}[kind]
    for _ in range(2):
        await foreign.say(key, notice)
        shown = await _shown(api, referral)
        assert shown["ended_here"] == {"cause": kind, "reason": reason}
        assert (shown["version"], shown["abandoned"]) == (2, False)
    assert (await api.post("/v1/referrals", order)).status_code == 201


async def test_an_ask_that_was_not_taken_in_settles_and_may_be_asked_again(api: Api, welfare: Api) -> None:
    referral, _ = await _made(api)
    await settle(api, welfare)
    for number, ask in enumerate((AMENDED, WITHDRAWN), 2):
        first = await _ask(api, referral, ask)
        await lose(api, welfare.me, UUID(referral))
        await Foreign(welfare.me, api).say(UUID(referral), await _refused(api, referral, number))
        shown = await _shown(api, referral)
        assert (shown["open_asks"], shown.get("ended_here")) == ([], None)
        assert {"id": first, "said": ask["ask"], "reason": "body.invalid"} in shown["not_taken_in"]
        assert ask["ask"] in shown["allowed"]
    assert shown["allowed"] == ["consent.withdrawn"]
    await _ask(api, referral, WITHDRAWN)
    assert "consent.withdrawn" not in [each["said"] for each in (await _shown(api, referral))["not_taken_in"]]


async def test_a_withdrawal_lost_and_said_again_is_followed_by_the_erasure(api: Api, welfare: Api) -> None:
    referral, _ = await _made(api)
    await settle(api, welfare)
    await _ask(api, referral, WITHDRAWN)
    await lose(api, welfare.me, UUID(referral))
    await Foreign(welfare.me, api).say(UUID(referral), await _refused(api, referral, 2))
    await _ask(api, referral, WITHDRAWN)
    await settle(api, welfare)
    await _skip(welfare, api, referral)  # number 2 never came
    await wake(welfare, UUID(referral))
    await settle_all(api, welfare)
    assert (await _shown(api, referral))["state"] == "withdrawn"
    assert "sealed" not in (await _shown(welfare, referral))["requested"]


async def test_an_answer_to_what_was_told_as_not_taken_in_still_counts(api: Api, welfare: Api) -> None:
    referral, order = await _made(api)
    await _ask(api, referral, AMENDED)
    await Foreign(welfare.me, api).say(UUID(referral), await _refused(api, referral, 1))
    assert (await _shown(api, referral))["ended_here"]["cause"] == "refused"
    successor = (await api.post("/v1/referrals", order)).json()["id"]
    await settle(api, welfare)
    await _decide(welfare, referral, "accepted")
    await settle(api, welfare)
    shown = await _shown(api, referral)
    assert (shown["state"], shown["open_asks"], shown["not_taken_in"]) == ("accepted", [], [])
    assert "cancel-requested" in shown["allowed"]
    assert (await _shown(api, successor))["state"] == "received"


@pytest.mark.parametrize("changes", [{"event": UUID(int=7)}, {"digest": "0" * 64}, {"sequence": 9}])
async def test_only_what_this_agency_said_can_be_told_of(
    api: Api, welfare: Api, changes: dict[str, object]
) -> None:
    referral, _ = await _made(api)
    told = await _refused(api, referral, 1, **changes)
    await Foreign(welfare.me, api).say(UUID(referral), told)
    stranger = Foreign(type(api.me)(api.me.centre, "veterans-center"), api)
    await stranger.say(UUID(referral), await _refused(api, referral, 1))
    assert (await _shown(api, referral)).get("ended_here") is None


async def test_a_refusal_told_of_a_referral_that_was_answered_changes_nothing(api: Api, welfare: Api) -> None:
    referral, order = await _made(api)
    await settle(api, welfare)
    await Foreign(welfare.me, api).say(UUID(referral), await _refused(api, referral, 1))
    shown = await _shown(api, referral)
    assert (shown["state"], shown.get("ended_here")) == ("received", None)
    assert (await api.post("/v1/referrals", order)).status_code == 409


async def test_decisions_that_the_sender_did_not_take_in_are_shown_and_said_again(
    api: Api, welfare: Api
) -> None:
    referral, _ = await _made(api)
    await settle(api, welfare)
    await _decide(welfare, referral, "accepted", sealed={"note": "시험"})
    await lose(welfare, api.me, UUID(referral))
    await _decide(welfare, referral, "started")
    await settle(api, welfare)
    await _skip(api, welfare, referral)
    await wake(api, UUID(referral))
    await settle_all(api, welfare)
    context, there = await _shown(welfare, referral), await _shown(api, referral)
    assert (context["state"], there["state"]) == ("in-progress", "received")
    assert [(each["said"], each["reason"]) for each in context["not_taken_in"]] == [
        ("accepted", "sequence.gap"),
        ("started", "move-not-allowed"),
    ]
    repeated = await welfare.post(f"/v1/referrals/{referral}/repeats", {})
    assert (repeated.status_code, repeated.json()["not_taken_in"]) == (200, [])
    await settle_all(api, welfare)
    there = await _shown(api, referral)
    assert (there["state"], there["case"]) == ("in-progress", context["case"])
    nothing = await welfare.post(f"/v1/referrals/{referral}/repeats", {})
    assert (nothing.status_code, nothing.json()["reason"]) == (409, "nothing-to-repeat")


async def test_a_receipt_of_erasure_that_was_passed_over_is_said_again(api: Api, welfare: Api) -> None:
    referral, _ = await _made(api)
    await settle(api, welfare)
    asked = await _ask(api, referral, WITHDRAWN)
    await carry(api, welfare)
    await lose(welfare, api.me, UUID(referral))
    for number in (2, 3):
        told = StreamSkipped(
            family=Family.REFERRAL, key=UUID(referral), sequence=number, reason="sequence.gap"
        )
        await Foreign(api.me, welfare).say(UUID(referral), told)
    context = await _shown(welfare, referral)
    assert [each["said"] for each in context["not_taken_in"]] == ["withdrawn", "consent.erased"]
    assert [each["id"] for each in (await _shown(api, referral))["open_asks"]] == [asked]
    assert (await welfare.post(f"/v1/referrals/{referral}/repeats", {})).status_code == 200
    await settle(api, welfare)
    for _ in range(2):
        await _skip(api, welfare, referral)
    await wake(api, UUID(referral))
    await settle_all(api, welfare)
    shown = await _shown(api, referral)
    assert (shown["state"], shown["open_asks"]) == ("withdrawn", [])
    assert shown["history"][-1]["type"] == "consent.erased.v1"
    assert (await _shown(welfare, referral))["not_taken_in"] == []


async def test_a_supervisor_abandons_what_nobody_will_answer(api: Api, welfare: Api) -> None:
    referral, order = await _made(api)
    path = f"/v1/referrals/{referral}/abandon"
    assert (await api.post(path, {})).status_code == 422
    other = await api.post(path, {"reason": "other"})
    assert (other.status_code, other.json()["type"]) == (422, "urn:ieum:problem:reason")
    given_up = await api.post(path, {"reason": "recipient-silent"})
    assert given_up.status_code == 200, given_up.text
    shown = await _shown(api, referral)
    assert (shown["state"], shown["abandoned"], shown["reason"]) == ("requested", True, "recipient-silent")
    assert shown["allowed"] == ["consent.withdrawn"]
    again = await api.post(path, {"reason": "recipient-silent"})
    assert (again.status_code, again.json()["reason"]) == (409, "referral-over")
    assert (await api.post("/v1/referrals", order)).status_code == 201
    await settle(api, welfare)
    assert (await _shown(api, referral))["state"] == "received"
    at_recipient = await welfare.post(path, {"reason": "recipient-silent"})
    assert (at_recipient.status_code, at_recipient.json()["type"]) == (403, "urn:ieum:problem:owner")


async def test_what_has_ended_is_not_abandoned(api: Api, welfare: Api) -> None:
    referral, _ = await _made(api)
    await settle(api, welfare)
    await _decide(welfare, referral, "declined", reason="no-capacity")
    await settle(api, welfare)
    refused = await api.post(f"/v1/referrals/{referral}/abandon", {"reason": "recipient-silent"})
    assert (refused.status_code, refused.json()["reason"]) == (409, "referral-ended")
