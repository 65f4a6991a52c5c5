"""A partition of one mailbox that nobody leads: whatever else is said goes on, and nothing of it is lost."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from confluent_kafka.admin import AdminClient, NewTopic
from structlog.testing import capture_logs

from ieum.centre.apply import apply
from ieum.delivery.records.partitions import partition_of
from ieum_contracts.topics import MAILBOX_PARTITIONS, Family, topic_of
from ieum_lab.testing.centre import CentreUnderTest, end_centre, make_template, new_centre
from ieum_lab.testing.cluster import ClusterStack
from ieum_lab.testing.runs import new_run_folder
from tests.kit.delivery.agencies import Bare, check_histories, close, new_keys, open_bare, quiet, until
from tests.kit.delivery.wire import as_admin

pytestmark = [pytest.mark.stack, pytest.mark.slow, pytest.mark.quiet]

LOST = 2
"""The node, from 0, that dies with half of beta's mailbox; the other half lies on the first one."""
EVENTS = 600
TOPIC_SECONDS_MAX, SECONDS_MAX = 30.0, 120.0


@dataclass(frozen=True)
class Trio:
    """Three agencies on three brokers; half of beta's mailbox lies on a single one, which dies."""

    stack: ClusterStack
    centre: CentreUnderTest
    alpha: Bare
    beta: Bare
    gamma: Bare


@pytest_asyncio.fixture(loop_scope="session")
async def trio() -> AsyncIterator[Trio]:
    cluster = ClusterStack(new_run_folder())
    try:
        await asyncio.to_thread(cluster.start)
        centre = await new_centre(cluster, await make_template(cluster), ("alpha", "beta", "gamma"))
        alpha, beta, gamma = [await open_bare(centre, agency) for agency in ("alpha", "beta", "gamma")]
        await asyncio.to_thread(_make_again, cluster, topic_of(beta.address, Family.REFERRAL))
        yield Trio(cluster, centre, alpha, beta, gamma)
        await close(alpha, beta, gamma)
        await end_centre(centre)
    finally:
        await asyncio.to_thread(cluster.discard)


async def test_the_setting_up_warns_of_topics_with_fewer_replicas_than_there_could_be(trio: Trio) -> None:
    plan = await apply(trio.centre.centre, trio.centre.settings, dry_run=True)
    assert plan.few_replicas == {topic_of(trio.beta.address, Family.REFERRAL): 1}
    [warning] = plan.warnings()
    assert "1 replica(s), though there are more brokers" in warning


def _make_again(cluster: ClusterStack, topic: str) -> None:
    """Make a mailbox whose partitions lie on one broker each: the odd ones on the one that will die."""
    admin = AdminClient(as_confluent(cluster))
    admin.delete_topics([topic])[topic].result(TOPIC_SECONDS_MAX)
    nodes = [LOST + 1 if _dies(number) else 1 for number in range(MAILBOX_PARTITIONS)]
    replicas = [[node] for node in nodes]
    made = NewTopic(
        topic, MAILBOX_PARTITIONS, replica_assignment=replicas, config={"min.insync.replicas": "1"}
    )
    admin.create_topics([made])[topic].result(TOPIC_SECONDS_MAX)


def as_confluent(cluster: ClusterStack) -> dict[str, Any]:
    login = as_admin(cluster)
    return {
        "bootstrap.servers": login["bootstrap_servers"],
        "security.protocol": login["security_protocol"],
        "sasl.mechanism": login["sasl_mechanism"],
        "sasl.username": login["sasl_plain_username"],
        "sasl.password": login["sasl_plain_password"],
    }


def _dies(partition: int) -> bool:
    return partition % 2 == 1


async def _heard(agency: Bare) -> set[UUID]:
    return {told.key for told in await agency.ledger(said=False)}


async def _beta_begins_again(trio: Trio) -> None:
    """Start beta anew: it is compared with Kafka without what nobody leads, reads the rest, and says so."""
    alpha, beta = trio.alpha, trio.beta
    await beta.stop()
    await beta.start(ready=False)
    late = next(key for key in new_keys(100) if not _dies(partition_of(str(key).encode())))
    await alpha.say(beta.address, [late])
    await until(lambda: _knows(beta, late), seconds=SECONDS_MAX)

    async def says_so() -> bool:
        assert beta.delivery is not None
        said = [each for each in await beta.delivery.problems() if each.startswith("Nobody leads partition")]
        return len(said) == MAILBOX_PARTITIONS // 2

    await until(says_so, seconds=SECONDS_MAX)


async def _knows(agency: Bare, key: UUID) -> bool:
    return key in await _heard(agency)


@pytest.mark.timeout(400)
async def test_what_is_not_for_it_goes_on_and_it_gets_all_of_its_own_in_the_end(trio: Trio) -> None:
    alpha, beta, gamma = trio.alpha, trio.beta, trio.gamma
    await asyncio.gather(alpha.start(), beta.start(), gamma.start())
    await asyncio.to_thread(trio.stack.cluster.nodes[LOST].kill)
    keys, others = new_keys(EVENTS), new_keys(20)
    reached = {key for key in keys if not _dies(partition_of(str(key).encode()))}

    async def others_have_all() -> bool:
        return await _heard(gamma) == {*others} and await _heard(beta) >= reached

    with capture_logs() as logs:
        await alpha.say(beta.address, keys)
        await alpha.say(gamma.address, others)
        await until(others_have_all, seconds=SECONDS_MAX)

    assert await _heard(beta) == reached
    away = {each["partition"] for each in logs if each["event"] == "relay.partition-away"}
    assert away == {number for number in range(MAILBOX_PARTITIONS) if _dies(number)}
    assert await alpha.value("select count(*) from outbox where not held") == 0
    await _beta_begins_again(trio)

    await asyncio.to_thread(trio.stack.cluster.again)
    await alpha.say(beta.address, keys)
    await quiet(alpha, beta, gamma, seconds=SECONDS_MAX)

    said = 2 * EVENTS + len(others) + 1
    assert await check_histories(alpha, beta, gamma) == 2 * said, "each is answered by one event"
