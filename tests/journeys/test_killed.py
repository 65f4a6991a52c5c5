"""Three hundred referrals while every agency is killed five times.

Fifty clients a second are referred between six agencies, and all the while somebody pulls plugs: each of
the six processes is killed with SIGKILL five times, at random, and started again. Nobody repeats anything
by hand. In the end each referral has come to its end at both sides, and had exactly one first answer. Then
somebody deletes one referral in a recipient's database, and the accounting names it.
"""

import asyncio
from collections import Counter
from random import Random
from uuid import UUID

import pytest
from pydantic_core import from_json

from ieum.centre.centre_file import database_name
from ieum.centre.postgres import connect_admin
from ieum.delivery.streams.stream import FAMILY_NUMBERS
from ieum_contracts.topics import Family
from ieum_lab.embedded.processes import Service
from ieum_lab.simulator.chance import seeded
from ieum_lab.simulator.people import person
from ieum_lab.simulator.play import Script
from ieum_lab.simulator.simulated_centre import SimulatedCentre
from tests.journeys.living import Living, run_stream

pytestmark = [pytest.mark.stack, pytest.mark.slow, pytest.mark.timeout(400)]

KILLS = 5
BETWEEN_SECONDS = (0.5, 8.0)
"""Kafka gives a killed consumer's mailboxes to its successor after ten seconds: some kills come sooner."""
DRAIN_SECONDS = 180.0
READY_SECONDS = 60.0
SCRIPT = Script(referrals=300, rate=50.0, seed=9)


async def test_all_are_accounted_for_with_one_first_answer_each(
    living: Living, simulated: SimulatedCentre
) -> None:
    async with asyncio.TaskGroup() as tasks:
        stream = tasks.create_task(run_stream(simulated, SCRIPT, DRAIN_SECONDS))
        for agency, service in living.services.items():
            tasks.create_task(pull_plugs(service, seeded(SCRIPT.seed, agency)))
    sent = stream.result()

    assert len(set(sent)) == SCRIPT.referrals
    assert (await living.accounts()).sentences == []
    answers = await first_answers(living)
    assert {referral: answers[referral] for referral in sent} == dict.fromkeys(sent, 1)


FIRST_ANSWERS = """
select key, type, body from ledger
where not said and type in ('referral.received.v1', 'referral.declined.v1') and family = $1
order by key, sequence
"""


async def first_answers(living: Living) -> Counter[UUID]:
    """Count, of each referral, what its sender heard as a first answer: a receipt that answers no ask."""
    counted: Counter[UUID] = Counter()
    for address in living.under_test.centre.addresses():
        connection = await connect_admin(living.under_test.settings, database_name(address))
        rows = await connection.fetch(FIRST_ANSWERS, FAMILY_NUMBERS[Family.REFERRAL])
        await connection.close()
        for row in rows:
            body = from_json(row["body"] or b"{}")
            receipt = row["type"] == "referral.received.v1" and not body.get("answers")
            counted[row["key"]] += receipt and "cause" not in body
    return counted


async def pull_plugs(service: Service, chance: Random) -> None:
    """Kill a process five times at random, starting up or at work, and start it again each time."""
    for _ in range(KILLS):
        await asyncio.sleep(chance.uniform(*BETWEEN_SECONDS))
        await asyncio.to_thread(service.kill)
        await asyncio.to_thread(service.start)
    await asyncio.to_thread(service.wait_until_ready, READY_SECONDS)


SPARE = "create temporary table spared (like referral)"
KEEP = "insert into spared select * from referral where id = $1"
DELETE = "delete from referral where id = $1"
RESTORE = "insert into referral select * from spared"


async def test_a_deleted_referral_is_named_by_the_accounting(
    living: Living, simulated: SimulatedCentre
) -> None:
    handover = await simulated.refer(
        "employment-center",
        person(
            "city-welfare-team",
            "welfare-counselling",
            f"{simulated.mark}-d",
            centre=simulated.centre,
            why="시험",
        ),
    )
    await handover.is_served("information-only")
    assert (await living.ieum("reconcile", "--wait", "10")).returncode == 0

    name = database_name(living.under_test.address("city-welfare-team"))
    connection = await connect_admin(living.under_test.settings, name)
    await connection.execute(SPARE)
    await connection.execute(KEEP, handover.id)
    await connection.execute(DELETE, handover.id)
    run = await living.ieum("reconcile")
    await connection.execute(RESTORE)
    await connection.close()

    assert run.returncode == 1
    assert [line for line in run.stdout.splitlines() if str(handover.id) in line and "no copy" in line]
    assert (await living.accounts()).sentences == []
