"""Facts that contradict each other arrive over Kafka, from a service that does not check what it sends.

The fate is that of the one table: a contradiction is refused for good, a code that is not known here waits
for an upgrade, and referrals of other clients are taken in all the while. No log line holds a fact.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from uuid_utils.compat import uuid7

from ieum_contracts.referral import ReferralRequested
from ieum_lab.embedded.stack import Stack
from ieum_lab.testing.centre import Template, end_centre, new_centre
from tests.journeys.living import ROOT, Living, write_centre_file
from tests.kit.delivery.wire import Raw, event, produce

pytestmark = pytest.mark.stack

SENDER, RECIPIENT = "city-welfare-team", "employment-center"
EXAMPLE = ROOT / "contracts" / "examples" / "referral.requested.v1.json"
SECONDS_MAX = 90.0


@pytest_asyncio.fixture(loop_scope="session")
async def recipient(stack: Stack, database_template: Template, tmp_path: Path) -> AsyncIterator[Living]:
    """Start the recipient alone; the sender is written for by the test."""
    under_test = await new_centre(stack, database_template, (SENDER, RECIPIENT))
    centre = Living(stack, under_test, write_centre_file(tmp_path / "centre.toml", under_test))
    try:
        await centre.start(RECIPIENT)
        yield centre
    finally:
        await centre.stop()
        await end_centre(under_test)


def requested(living: Living, key: UUID, **facts: object) -> Raw:
    """Make a request as no service of ours would send it: these facts are not checked."""
    body: dict[str, Any] = json.loads(EXAMPLE.read_text(encoding="utf-8"))["body"]
    source, owner = living.under_test.address(SENDER), living.under_test.address(RECIPIENT)
    body["sealed"]["consent"] |= {"recipient": str(owner), "id": str(uuid7())}
    good = event(source, owner, key, 1, ReferralRequested.model_validate(body)).plus()
    journey = ("ce_journey", str(uuid7()).encode())
    body["sealed"]["circumstances"] |= facts
    changed = json.dumps(body, ensure_ascii=False).encode()
    return good.plus(journey).saying(changed)


async def test_a_contradiction_is_refused_an_unknown_code_waits_and_the_others_are_taken_in(
    recipient: Living,
) -> None:
    refused, waits, good = uuid7(), uuid7(), uuid7()
    contradiction = {"value": 2, "source": "stated"}, {"value": False, "source": "stated"}
    unknown = {"value": "female", "source": "verified", "evidence": "crystal-ball"}
    produce(
        recipient.stack,
        [
            requested(recipient, refused, student_years_left=contradiction[0], student=contradiction[1]),
            requested(recipient, waits, sex=unknown),
            requested(recipient, good),
        ],
    )

    async with asyncio.timeout(SECONDS_MAX):
        while (streams := await _streams(recipient)).keys() != {str(refused), str(waits)}:
            await asyncio.sleep(0.5)
        while (shown := await recipient.ieum("referral", "show", str(good), "--json")).returncode != 0:
            await asyncio.sleep(0.5)

    assert {key: (each["state"], each["reason"]) for key, each in streams.items()} == {
        str(refused): ("refused", "body.invalid"),
        str(waits): ("parked", "value.unknown"),
    }
    assert json.loads(shown.stdout)[RECIPIENT]["state"] == "received"
    for key in (refused, waits):
        assert (await recipient.ieum("referral", "show", str(key))).returncode != 0
    log = recipient.services[RECIPIENT].log.read_text(encoding="utf-8")
    assert '"refused": 1' in log
    assert not {word for word in ("student", "crystal-ball", "1990-01-01", "가나다") if word in log}


async def _streams(living: Living) -> dict[str, dict[str, Any]]:
    run = await living.ieum("streams", "list", RECIPIENT, "--json")
    told = json.loads(run.stdout)
    return {each["key"]: each for each in (told if isinstance(told, list) else told["streams"])}
