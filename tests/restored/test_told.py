"""Whoever waits for news is told by the process that numbers the feed, and need not wait for a look."""

import asyncio
from dataclasses import replace

import pytest

from ieum.delivery.limits import USUAL
from ieum_lab.embedded.stack import Stack
from ieum_lab.testing.centre import Template, end_centre, new_centre
from tests.kit.api.referring import referral_order
from tests.restored.whole import Whole, comes

pytestmark = [pytest.mark.stack, pytest.mark.slow]
NEVER_SECONDS = 600.0


async def test_the_relay_wakes_who_waits_for_the_feed(stack: Stack, database_template: Template) -> None:
    centre = await new_centre(stack, database_template, ("employment-center", "city-welfare-team"))
    patient = replace(USUAL, feed_seconds=NEVER_SECONDS)
    sender, recipient = Whole(centre, "employment-center", patient), Whole(centre, "city-welfare-team")
    await sender.start(programmes=0)
    await recipient.start()

    async def offered() -> bool:
        programmes = (await sender.http.get("/v1/programmes")).json()["programmes"]
        return any(not each["own"] for each in programmes)

    await comes(offered)
    waiting = asyncio.create_task(sender.http.get("/v1/events", params={"wait": 30}, timeout=40))
    await asyncio.sleep(0.5)
    assert not waiting.done()
    status, made = await sender.post("/v1/referrals", **referral_order(recipient.address))
    assert status == 201, made
    answered = (await asyncio.wait_for(waiting, 20)).json()
    assert answered["events"][0]["key"] == made["id"]
    await sender.stop()
    await recipient.stop()
    await end_centre(centre)
