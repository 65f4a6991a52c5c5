"""Every state with every decision and every ask, over HTTP: what the table allows, and nothing else.

The table below is written down by hand from the lifecycle's text, so a wrong row in the code is caught here.
"""

from collections.abc import Iterable

import pytest

from ieum.api.docs.examples import ASKS, DECISIONS
from ieum_contracts.codes import AskType, Decision
from tests.kit.api.agency_api import Api, settle
from tests.kit.api.referring import referral_order

pytestmark = [pytest.mark.stack, pytest.mark.slow]

RECEIVED: tuple[str, ...] = ()
ACCEPTED = ("accepted",)
COMPLETED = ("accepted", "completed")

STANDINGS: dict[str, tuple[str, tuple[str, ...], set[str], set[str]]] = {
    # name: (state, how to get there, decisions of a worker, asks)
    "received": (
        "received",
        RECEIVED,
        {"info-requested", "waitlisted", "accepted", "declined", "redirected", "withdrawn"},
        {"amended", "cancel-requested", "consent.withdrawn"},
    ),
    "info-requested": (
        "info-requested",
        ("info-requested",),
        {"received", "declined", "redirected", "withdrawn"},
        {"info-supplied", "amended", "cancel-requested", "consent.withdrawn"},
    ),
    "waitlisted": (
        "waitlisted",
        ("waitlisted",),
        {"info-requested", "waitlisted", "accepted", "declined", "redirected", "withdrawn"},
        {"amended", "cancel-requested", "consent.withdrawn"},
    ),
    "accepted": (
        "accepted",
        ACCEPTED,
        {"started", "progressed", "held", "completed", "failed", "declined", "redirected", "withdrawn"},
        {"amended", "cancel-requested", "consent.withdrawn"},
    ),
    "accepted, cancel asked": (
        "accepted",
        (*ACCEPTED, "cancel-requested"),
        {"started", "progressed", "held", "completed", "failed", "declined", "redirected", "withdrawn"}
        | {"cancelled", "ask-rejected"},
        {"amended", "consent.withdrawn"},
    ),
    "in-progress": (
        "in-progress",
        (*ACCEPTED, "started"),
        {"progressed", "held", "completed", "failed", "withdrawn"},
        {"amended", "cancel-requested", "consent.withdrawn"},
    ),
    "on-hold": (
        "on-hold",
        (*ACCEPTED, "held"),
        {"resumed", "completed", "failed", "withdrawn"},
        {"amended", "cancel-requested", "consent.withdrawn"},
    ),
    "completed": (
        "completed",
        COMPLETED,
        {"withdrawn"},
        {"outcome-acknowledged", "outcome-disputed", "consent.withdrawn"},
    ),
    "completed, disputed": (
        "completed",
        (*COMPLETED, "outcome-disputed"),
        {"withdrawn", "reopened", "ask-rejected"},
        {"outcome-acknowledged", "consent.withdrawn"},
    ),
    "failed": (
        "failed",
        (*ACCEPTED, "failed"),
        {"withdrawn"},
        {"outcome-acknowledged", "outcome-disputed", "consent.withdrawn"},
    ),
    "closed": ("closed", (*COMPLETED, "outcome-acknowledged"), set(), {"consent.withdrawn"}),
    "declined": ("declined", ("declined",), set(), {"consent.withdrawn"}),
    "redirected": ("redirected", ("redirected",), set(), {"consent.withdrawn"}),
    "cancelled": ("cancelled", ("cancel-requested",), set(), {"consent.withdrawn"}),
    "withdrawn at the sender": ("withdrawn", ("consent.withdrawn",), set(), set()),
    "withdrawn at the recipient": ("withdrawn", ("withdrawn",), set(), {"consent.withdrawn"}),
}
CHANGES = """
select (select version from referral where id = $1), (select count(*) from outbox),
    (select count(*) from ledger where key = $1)
"""


async def _post(api: Api, welfare: Api, referral: str, name: str) -> tuple[int, dict[str, object]]:
    """Decide as the recipient, or ask as the sender, by the name alone."""
    if name in set(AskType):
        answer = await api.post(f"/v1/referrals/{referral}/asks", {"ask": name, **ASKS.get(name, {})})
    else:
        body = {"decision": name, **(DECISIONS.get(name, {}) if name != "ask-rejected" else {})}
        answer = await welfare.post(f"/v1/referrals/{referral}/decisions", body)
    return answer.status_code, answer.json()


async def _bring(api: Api, welfare: Api, steps: Iterable[str]) -> str:
    made = await api.post("/v1/referrals", referral_order(api.peer))
    referral = str(made.json()["id"])
    await settle(api, welfare)
    for step in steps:
        status, answer = await _post(api, welfare, referral, step)
        assert status == 200, (step, answer)
        await settle(api, welfare)
    return referral


async def _state(api: Api, referral: str) -> object:
    return (await api.http.get(f"/v1/referrals/{referral}")).json()["state"]


async def _changes(api: Api, referral: str) -> tuple[int, ...]:
    async with api.database.acquire() as connection:
        return tuple(await connection.fetchrow(CHANGES, referral) or ())


@pytest.mark.parametrize("standing", STANDINGS)
async def test_what_the_table_does_not_allow_is_refused_and_changes_nothing(
    api: Api, welfare: Api, standing: str
) -> None:
    state, steps, decisions, asks = STANDINGS[standing]
    referral = await _bring(api, welfare, steps)
    for side, names, allowed in ((welfare, Decision, decisions), (api, AskType, asks)):
        shown = (await side.http.get(f"/v1/referrals/{referral}")).json()
        assert (shown["state"], set(shown["allowed"])) == (state, allowed)
        for name in sorted({str(each) for each in names} - allowed):
            before = await _changes(side, referral)
            status, problem = await _post(api, welfare, referral, name)
            assert status == 409, (name, problem)
            assert (problem["state"], set(problem["allowed"])) == (state, allowed)  # type: ignore[call-overload]
            assert await _changes(side, referral) == before


@pytest.mark.parametrize("standing", STANDINGS)
async def test_what_the_table_allows_is_done_and_both_sides_agree(
    api: Api, welfare: Api, standing: str
) -> None:
    _, steps, decisions, asks = STANDINGS[standing]
    for name in sorted(decisions | asks):
        referral = await _bring(api, welfare, steps)
        status, answer = await _post(api, welfare, referral, name)
        assert status == 200, (name, answer)
        await settle(api, welfare)
        assert await _state(api, referral) == await _state(welfare, referral)


async def test_before_its_receipt_a_referral_can_be_amended_cancelled_or_withdrawn(
    api: Api, welfare: Api
) -> None:
    for name in AskType:
        made = await api.post("/v1/referrals", referral_order(api.peer))
        status, _ = await _post(api, welfare, made.json()["id"], str(name))
        possible = name in {AskType.AMENDED, AskType.CANCEL_REQUESTED, AskType.CONSENT_WITHDRAWN}
        assert status == (200 if possible else 409)
    await settle(api, welfare)
