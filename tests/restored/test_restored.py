"""A database restored from an old backup: found at the start, healed where it can be, or stopped and said.

The employment center refers people to the city welfare team. One of the two loses the last hour: its
database is put back to what it was, while Kafka and the other agency go on from where they were. Whatever the
other has heard keeps its number; what can be heard again is heard again; the rest stops, and the API names
the next step.
"""

from collections.abc import AsyncIterator, MutableMapping
from typing import Any

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from ieum_lab.embedded.stack import Stack
from ieum_lab.testing.centre import Template, end_centre, new_centre
from tests.kit.api.referring import referral_order
from tests.restored.whole import Whole, check_numbers, comes

pytestmark = [pytest.mark.stack, pytest.mark.slow]
ACCEPTED = {"decision": "accepted", "contact_by": "2036-07-03T09:00:00Z"}
ACT = {"reason": "backup-restored", "by": "op-1"}
BEHIND = "restored.behind"


@pytest_asyncio.fixture(loop_scope="session")
async def agencies(stack: Stack, database_template: Template) -> AsyncIterator[tuple[Whole, Whole]]:
    """Give two whole agencies that run."""
    centre = await new_centre(stack, database_template, ("employment-center", "city-welfare-team"))
    sender, recipient = Whole(centre, "employment-center"), Whole(centre, "city-welfare-team")
    await sender.start(programmes=0)
    await recipient.start()
    yield sender, recipient
    await sender.stop()
    await recipient.stop()
    await end_centre(centre)


async def refer(sender: Whole, recipient: Whole) -> str:
    """Refer somebody, and wait until the referral was received."""
    order = referral_order(recipient.address)
    made: dict[str, Any] = {}

    async def accepted() -> bool:
        nonlocal made
        status, made = await sender.post("/v1/referrals", **order)
        return status == 201

    await comes(accepted)
    referral = str(made["id"])
    await reaches(sender, referral, "received")
    return referral


async def reaches(agency: Whole, referral: str, state: str) -> None:
    async def reached() -> bool:
        return await agency.state(referral) == state

    await comes(reached)


async def decide(recipient: Whole, referral: str, **decision: Any) -> tuple[int, dict[str, Any]]:
    return await recipient.post(f"/v1/referrals/{referral}/decisions", **decision)


async def released(agency: Whole) -> None:
    async def free() -> bool:
        return not await agency.is_held()

    await comes(free)


async def retry_all(agency: Whole) -> None:
    for stream, reason in (await agency.streams("stopped")).items():
        status, seen = await agency.post(f"/v1/streams/{stream}/retry", **ACT, dry_run=True)
        assert (status, seen["waited_for"]) == (200, reason)
        status, done = await agency.post(f"/v1/streams/{stream}/retry", **ACT, sequence=seen["sequence"])
        assert status == 200, done


async def cancel(sender: Whole, referral: str) -> tuple[int, dict[str, Any]]:
    return await sender.post(f"/v1/referrals/{referral}/asks", ask="cancel-requested", reason="moved")


async def go_on(sender: Whole, recipient: Whole, referral: str) -> None:
    """Go on where it had spoken, as an operator does; then what is asked comes through."""
    await retry_all(sender)
    assert (await cancel(sender, referral))[0] == 200
    await reaches(recipient, referral, "cancelled")
    await reaches(sender, referral, "cancelled")


async def test_a_restored_sender_hears_again_what_it_can_and_stops_where_it_spoke(
    agencies: tuple[Whole, Whole],
) -> None:
    sender, recipient = agencies
    quiet, asked = await refer(sender, recipient), await refer(sender, recipient)
    await sender.back_up()
    lost = await refer(sender, recipient)
    for referral in (quiet, lost):
        assert (await decide(recipient, referral, **ACCEPTED))[0] == 200
        await reaches(sender, referral, "accepted")
    assert (await sender.post(f"/v1/referrals/{asked}/asks", ask="amended", priority="urgent"))[0] == 200
    await comes(lambda: _nothing_open(sender, asked))
    followed = (await sender.http.get("/v1/events")).json()["next"]

    await sender.restore()
    lost_place = await sender.http.get("/v1/events", params={"after": followed, "wait": 20})
    assert (lost_place.status_code, lost_place.json()["begin"]) == (410, "0")
    await reaches(sender, quiet, "accepted")
    await released(sender)

    assert await sender.state(lost) is None
    stopped = await sender.streams("stopped")
    assert {key.rpartition(".")[2] for key in stopped} >= {asked, lost}
    assert quiet not in {key.rpartition(".")[2] for key in stopped}
    assert set(stopped.values()) == {BEHIND}
    assert not await sender.streams("refused")
    status, problem = await cancel(sender, asked)
    assert (status, problem["type"]) == (409, "urn:ieum:problem:stream-stopped")
    assert problem["stream"] in stopped
    assert problem["reason"] == BEHIND

    await go_on(sender, recipient, asked)
    await comes(lambda: _awaits_referral(sender, lost))
    await check_numbers(sender, recipient)


async def test_an_older_copy_under_a_running_agency_is_noticed_and_gives_no_number_twice(
    agencies: tuple[Whole, Whole],
) -> None:
    sender, recipient = agencies
    quiet, asked = await refer(sender, recipient), await refer(sender, recipient)
    await sender.back_up()
    assert (await decide(recipient, quiet, **ACCEPTED))[0] == 200
    await reaches(sender, quiet, "accepted")
    assert (await sender.post(f"/v1/referrals/{asked}/asks", ask="amended", priority="urgent"))[0] == 200
    await comes(lambda: _nothing_open(sender, asked))

    with capture_logs() as logs:
        await sender.fail_over()
        await comes(lambda: _was_compared(logs))
    await reaches(sender, quiet, "accepted")
    status, problem = await cancel(sender, asked)
    assert (status, problem["reason"]) == (409, BEHIND)
    await go_on(sender, recipient, asked)
    await check_numbers(sender, recipient)


@pytest.mark.parametrize("running", [False, True], ids=["at-its-start", "while-it-runs"])
async def test_an_older_copy_of_who_only_spoke_since_is_noticed(
    agencies: tuple[Whole, Whole], *, running: bool
) -> None:
    """Nothing that it heard shows it; Kafka, or the process, knows how far its feed had come."""
    sender, recipient = agencies
    asked = await refer(sender, recipient)
    await comes(lambda: _nothing_open(sender, asked))
    await recipient.stop()
    await sender.back_up()
    assert (await sender.post(f"/v1/referrals/{asked}/asks", ask="amended", priority="urgent"))[0] == 200
    await comes(lambda: _is_sent_and_numbered(sender))

    with capture_logs() as logs:
        if running:
            await sender.fail_over()
        else:
            await sender.restore()
        await comes(lambda: _was_logged(logs, "restored.feed"))
        assert not await _was_logged(logs, "restored.position")
        await recipient.start()
        await comes(lambda: _was_logged(logs, "restored.compared"))
    status, problem = await cancel(sender, asked)
    assert (status, problem["reason"]) == (409, BEHIND)
    await go_on(sender, recipient, asked)
    await check_numbers(sender, recipient)


async def _is_sent_and_numbered(agency: Whole) -> bool:
    return not await agency.rows("select id from outbox union all select id from feed where number is null")


async def _was_logged(logs: list[MutableMapping[str, Any]], event: str) -> bool:
    return event in {each["event"] for each in logs}


async def _was_compared(logs: list[MutableMapping[str, Any]]) -> bool:
    return {"restored.position", "restored.compared"} <= {each["event"] for each in logs}


async def _awaits_referral(agency: Whole, referral: str) -> bool:
    waiting = await agency.streams("parked")
    return waiting.get(f"city-welfare-team.referral.{referral}") == "awaiting-referral"


async def _nothing_open(agency: Whole, referral: str) -> bool:
    answer = (await agency.http.get(f"/v1/referrals/{referral}")).json()
    return not answer["open_asks"]


async def test_a_restored_recipient_gives_no_number_twice_and_catches_up_by_hand(
    agencies: tuple[Whole, Whole],
) -> None:
    sender, recipient = agencies
    known = await refer(sender, recipient)
    await recipient.back_up()
    new = await refer(sender, recipient)
    for referral in (known, new):
        assert (await decide(recipient, referral, **ACCEPTED))[0] == 200
        await reaches(sender, referral, "accepted")

    await recipient.restore()
    await released(recipient)

    assert (await recipient.state(known), await recipient.state(new)) == ("received", None)
    assert {key.rpartition(".")[2] for key in await recipient.streams("stopped")} >= {known, new}
    status, problem = await decide(recipient, known, **ACCEPTED)
    assert (status, problem["type"]) == (409, "urn:ieum:problem:stream-stopped")

    await retry_all(recipient)
    await reaches(recipient, new, "received")
    for referral in (known, new):
        assert (await decide(recipient, referral, **ACCEPTED))[0] == 200
        assert (await decide(recipient, referral, decision="started"))[0] == 200
        await reaches(sender, referral, "in-progress")
        assert await recipient.state(referral) == "in-progress"
    told = await recipient.streams("refused-at-peer")
    assert set(told.values()) == {"move-not-allowed"}
    await check_numbers(sender, recipient)
