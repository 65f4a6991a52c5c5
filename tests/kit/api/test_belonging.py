"""What an order or an event names has to belong together: case, parent and artefact are of one client."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from ieum_contracts.case import CaseClosed, CaseFollowedUp, FollowUp
from ieum_contracts.decisions import ReferralAccepted
from ieum_contracts.model import Model
from ieum_contracts.referral import ReferralRequested
from ieum_contracts.topics import Family
from tests.kit.api.agency_api import Api, settle
from tests.kit.api.foreign import Foreign
from tests.kit.api.referring import referral_order

pytestmark = [pytest.mark.stack, pytest.mark.usefixtures("forget_troubles")]
ACCEPTED = {"decision": "accepted"}
REASON = "select fate, reason from ledger where key = $1 and not said order by at desc, sequence desc limit 1"


async def _referred(api: Api, welfare: Api, **changes: object) -> dict[str, Any]:
    made = await api.post("/v1/referrals", referral_order(api.peer, **changes))
    assert made.status_code == 201, made.text
    await settle(api, welfare)
    shown: dict[str, Any] = (await api.http.get(f"/v1/referrals/{made.json()['id']}")).json()
    return shown


async def _accepted(api: Api, welfare: Api, **changes: object) -> dict[str, Any]:
    made = await _referred(api, welfare, **changes)
    assert (await welfare.post(f"/v1/referrals/{made['id']}/decisions", ACCEPTED)).status_code == 200
    await settle(api, welfare)
    shown: dict[str, Any] = (await api.http.get(f"/v1/referrals/{made['id']}")).json()
    return shown


async def _last_fate(api: Api, key: str) -> tuple[str, str | None]:
    async with api.database.acquire() as connection:
        row = await connection.fetchrow(REASON, UUID(key))
    assert row is not None
    return row["fate"], row["reason"]


async def test_a_referral_is_not_accepted_into_the_case_of_another_client(api: Api, welfare: Api) -> None:
    x, y = await _accepted(api, welfare), await _referred(api, welfare)
    path = f"/v1/referrals/{y['id']}/decisions"
    refused = await welfare.post(path, ACCEPTED | {"case": x["case"]})
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:ieum:problem:case")
    assert refused.json()["reason"] == "case-of-another-journey"
    unknown = await welfare.post(path, ACCEPTED | {"case": str(uuid4())})
    assert (unknown.status_code, unknown.json()["reason"]) == (409, "case-unknown")
    case = (await welfare.http.get(f"/v1/cases/{x['case']}")).json()
    assert [each["referral"] for each in case["referrals"]] == [x["id"]]
    assert (await welfare.post(path, ACCEPTED)).status_code == 200


async def test_a_referral_of_the_same_journey_is_accepted_into_its_case(api: Api, welfare: Api) -> None:
    x = await _accepted(api, welfare)
    y = await _referred(
        api,
        welfare,
        parent=x["id"],
        client_ref=x["client_ref"],
        programme="livelihood",
        loop_override="시험",
    )
    taken = await welfare.post(f"/v1/referrals/{y['id']}/decisions", ACCEPTED | {"case": x["case"]})
    assert (taken.status_code, taken.json()["case"]) == (200, x["case"])


async def test_a_journey_does_not_go_on_with_another_client(api: Api, welfare: Api) -> None:
    x = await _referred(api, welfare)
    refused = await api.post(
        "/v1/referrals", referral_order(api.peer, programme="livelihood", parent=x["id"])
    )
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:ieum:problem:journey")
    assert (refused.json()["reason"], refused.json()["referral"]) == ("parent-of-another-client", x["id"])


async def test_a_journey_is_of_one_client_also_where_it_was_heard_of(api: Api, welfare: Api) -> None:
    heard, client = await _referred(api, welfare), f"T-{uuid4().hex[:12]}"

    def onward(programme: str, **changes: object) -> dict[str, Any]:
        return referral_order(welfare.peer, programme=programme, parent=heard["id"], **changes)

    made = await welfare.post("/v1/referrals", onward("training-card", client_ref=client))
    assert made.status_code == 201, made.text
    refused = await welfare.post("/v1/referrals", onward("employment-support-1"))
    assert (refused.status_code, refused.json()["reason"]) == (422, "parent-of-another-client")
    again = await welfare.post("/v1/referrals", onward("employment-support-1", client_ref=client))
    assert again.status_code == 201, again.text


async def test_only_an_assessment_of_this_client_is_cited(api: Api, welfare: Api) -> None:
    x, y = [await _referred(api, welfare, programme="livelihood") for _ in range(2)]
    (assessed,) = [each["id"] for each in x["history"] if each["type"] == "eligibility.assessed.v1"]

    def order(client: dict[str, Any], event: str, **more: object) -> dict[str, Any]:
        cites = {
            "assessment": {"event": event},
            "assessment_skipped": None,
            "client_ref": client["client_ref"],
        }
        return referral_order(api.peer, **cites, **more)

    for wrong in (order(y, assessed), order(x, str(uuid4())), order(x, x["history"][0]["id"])):
        refused = await api.post("/v1/referrals", wrong)
        assert (refused.status_code, refused.json()["type"]) == (422, "urn:ieum:problem:assessment")
    assert (await api.post("/v1/referrals", order(x, assessed, parent=x["id"]))).status_code == 201


async def test_only_the_consent_of_this_referral_is_withdrawn_by_it(api: Api, welfare: Api) -> None:
    x, y = await _referred(api, welfare), await _referred(api, welfare)
    mine = x["requested"]["sealed"]["consent"]["id"]
    path, ask = f"/v1/referrals/{y['id']}/asks", {"ask": "consent.withdrawn"}
    other = str(uuid4())
    refused = await api.post(path, ask | {"artefact": other})
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:ieum:problem:artefact")
    assert (await api.post(f"/v1/referrals/{x['id']}/asks", ask | {"artefact": mine})).status_code == 200
    assert (await api.post(path, ask)).status_code == 200


async def test_an_acceptance_that_names_the_case_of_another_journey_is_refused(
    api: Api, welfare: Api
) -> None:
    x, y = await _accepted(api, welfare), await _referred(api, welfare)
    foreign = Foreign(welfare.me, api, {(UUID(y["id"]), Family.REFERRAL): 1})
    await foreign.say(UUID(y["id"]), ReferralAccepted(case=UUID(x["case"])))
    assert await _last_fate(api, y["id"]) == ("refused", "case-of-another-journey")
    shown = (await api.http.get(f"/v1/referrals/{y['id']}")).json()
    assert (shown["state"], shown.get("case")) == ("received", None)


def _closed(case: UUID, *referrals: str) -> Model:
    days = {"opened_on": "2026-07-01", "closed_on": "2026-07-02"}
    fields = {"case": case, "referrals": referrals, "reason": "goals-met"}
    return CaseClosed.model_validate(days | fields)


def _looked_after(case: UUID, *referrals: str) -> Model:
    fields = {"case": case, "referrals": referrals, "checked_on": "2026-07-03"}
    return CaseFollowedUp.model_validate(fields | {"found": FollowUp.STILL_EMPLOYED})


@pytest.mark.parametrize("body", [_closed, _looked_after])
async def test_an_event_of_a_case_that_mixes_journeys_is_refused(api: Api, welfare: Api, body: Any) -> None:
    x, y, z = [await _accepted(api, welfare) for _ in range(2)] + [await _referred(api, welfare)]
    mixed = uuid4()
    await Foreign(welfare.me, api).say(mixed, body(mixed, z["id"], x["id"]))
    assert await _last_fate(api, str(mixed)) == ("refused", "case-of-another-journey")
    told = UUID(x["case"])
    await Foreign(welfare.me, api).say(told, body(told, z["id"]))
    assert await _last_fate(api, str(told)) == ("refused", "case-of-another-journey")
    other = uuid4()
    await Foreign(welfare.me, api).say(other, body(other, y["id"]))
    assert await _last_fate(api, str(other)) == ("refused", "case-differs")
    right = UUID(y["case"])
    await Foreign(welfare.me, api).say(right, body(right, y["id"]))
    assert await _last_fate(api, str(right)) == ("applied", None)


async def test_a_request_whose_parent_is_of_another_journey_is_refused(api: Api, welfare: Api) -> None:
    x = await _referred(api, welfare)
    order = referral_order(welfare.me, parent=x["id"])
    body = ReferralRequested.model_validate(order)
    foreign = Foreign(api.me, welfare)
    for key, journey, fate in ((uuid4(), uuid4(), "refused"), (uuid4(), UUID(x["journey"]), "applied")):
        await foreign.say(key, body, journey=journey)
        found = await _last_fate(welfare, str(key))
        assert found == (fate, "parent-of-another-journey" if fate == "refused" else None)
