"""Every state with every decision and ask, over HTTP: what the written table allows, and nothing else."""

from collections.abc import Iterable

import pytest

from ieum.api.docs.examples import ASKS, DECISIONS
from ieum_contracts.codes import AskType, Decision, State
from tests.contracts.written_lifecycle import sender_may, worker_may
from tests.kit.api.agency_api import Api, settle
from tests.kit.api.referring import referral_order

pytestmark = [pytest.mark.stack, pytest.mark.slow]

STANDINGS: dict[str, tuple[State, tuple[str, ...], tuple[str, ...]]] = {
    # name: (state, how to get there, asks that wait)
    "received": (State.RECEIVED, (), ()),
    "info-requested": (State.INFO_REQUESTED, ("info-requested",), ()),
    "waitlisted": (State.WAITLISTED, ("waitlisted",), ()),
    "accepted": (State.ACCEPTED, ("accepted",), ()),
    "accepted, cancel asked": (State.ACCEPTED, ("accepted", "cancel-requested"), ("cancel-requested",)),
    "in-progress": (State.IN_PROGRESS, ("accepted", "started"), ()),
    "on-hold": (State.ON_HOLD, ("accepted", "held"), ()),
    "completed": (State.COMPLETED, ("accepted", "completed"), ()),
    "completed, disputed": (
        State.COMPLETED,
        ("accepted", "completed", "outcome-disputed"),
        ("outcome-disputed",),
    ),
    "failed": (State.FAILED, ("accepted", "failed"), ()),
    "closed": (State.CLOSED, ("accepted", "completed", "outcome-acknowledged"), ()),
    "declined": (State.DECLINED, ("declined",), ()),
    "redirected": (State.REDIRECTED, ("redirected",), ()),
    "cancelled": (State.CANCELLED, ("cancel-requested",), ()),
    "withdrawn at the sender": (State.WITHDRAWN, ("consent.withdrawn",), ()),
    "withdrawn at the recipient": (State.WITHDRAWN, ("withdrawn",), ()),
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
    state, steps, waiting = STANDINGS[standing]
    decisions, asks = worker_may(state, waiting), sender_may(state, steps)
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
    state, steps, waiting = STANDINGS[standing]
    for name in sorted(worker_may(state, waiting) | sender_may(state, steps)):
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
