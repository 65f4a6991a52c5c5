"""What is counted for the metrics is what the database and the mailboxes hold."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

import pytest
from prometheus_client import CollectorRegistry

from ieum.delivery.limits import USUAL
from ieum.delivery.maintenance.count_waiting import count_nothing, count_waiting
from ieum.delivery.maintenance.walk_parked import WalkParked
from ieum.observe.metrics import DeliveryMeasures
from ieum.observe.process_measures import ProcessMeasures
from ieum.storage.database import open_database
from tests.kit.delivery.agencies import Bare, limited, new_keys, quiet, until
from tests.kit.delivery.conftest import Pair

pytestmark = pytest.mark.stack
WAITS_SECONDS = 0.2
OLD = "update ledger set at = now() - interval '10 minutes' where said"
RESENT = "update outbox set resent = true"
PARK = """
insert into parked (key, peer, family, sequence, event_id, type, headers, body, digest, reason, dead, since)
select gen_random_uuid(), 1, 1, n, gen_random_uuid(), 'x', 'h', '', 'd', $1, n = 1, now()
from generate_series(1, $2) n
"""
STOP = """
insert into stream (key, peer, family, said, heard, stopped)
select gen_random_uuid(), 1, 1, 0, 0, 'sequence.conflict' from generate_series(1, 2)
"""
EXPECT = """
insert into expected (key, peer, family, said, since)
select gen_random_uuid(), 1, 1, 1, now() - n * interval '2 minutes' from generate_series(0, 3) n
"""


@contextmanager
def measured(agency: Bare) -> Iterator[CollectorRegistry]:
    """Give an agency that does not run a registry of its own, as long as the block lasts."""
    registry, before = CollectorRegistry(), agency.context
    agency.context = replace(before, measures=DeliveryMeasures(registry))
    yield registry
    agency.context = before


async def counted(agency: Bare) -> CollectorRegistry:
    registry, walk = CollectorRegistry(), WalkParked()
    async with agency.database.acquire() as connection:
        await walk.run(connection, agency.clock())
        await count_waiting(connection, DeliveryMeasures(registry), walk.reasons)
    return registry


def values(registry: CollectorRegistry, name: str, label: str) -> Mapping[str, float]:
    return {
        sample.labels[label]: sample.value
        for family in registry.collect()
        for sample in family.samples
        if sample.name == name
    }


async def test_what_waits_is_counted_and_has_its_age(resting: Pair) -> None:
    alpha = resting.alpha
    nothing = await counted(alpha)
    assert nothing.get_sample_value("ieum_outbox_age_seconds") == 0
    await alpha.say(resting.beta.address, new_keys(3))
    await alpha.change(OLD)
    registry = await counted(alpha)
    assert values(registry, "ieum_rows_waiting", "table")["outbox"] == 3
    assert 600 <= (registry.get_sample_value("ieum_outbox_age_seconds") or 0) < 700
    await alpha.change(RESENT)
    again = await counted(alpha)
    assert again.get_sample_value("ieum_outbox_age_seconds") == 0, "what is sent again was said long ago"
    await alpha.change("update outbox set resent = false")


async def test_parked_events_are_counted_by_reason_and_dead_ones_apart(resting: Pair) -> None:
    beta = resting.beta
    await beta.change(PARK, "fold.failed", 3)
    await beta.change(PARK, "sequence.gap", 2)
    registry = await counted(beta)
    assert values(registry, "ieum_events_parked", "reason") == {"fold.failed": 3, "sequence.gap": 2}
    rows = values(registry, "ieum_rows_waiting", "table")
    assert (rows["parked"], rows["dead"]) == (3, 2)
    await beta.change("delete from parked")


async def test_streams_that_are_stopped_are_counted(resting: Pair) -> None:
    beta = resting.beta
    assert values(await counted(beta), "ieum_rows_waiting", "table")["stopped"] == 0
    await beta.change(STOP)
    assert values(await counted(beta), "ieum_rows_waiting", "table")["stopped"] == 2
    await beta.change("delete from stream where stopped is not null")


async def test_who_no_broker_answers_shows_for_how_long(resting: Pair) -> None:
    alpha, settings = resting.alpha, resting.alpha.settings
    alpha.settings = settings.model_copy(update={"kafka_bootstrap": "127.0.0.1:1"})

    with measured(alpha) as registry:
        await alpha.start(ready=False)

        async def grows() -> bool:
            return (registry.get_sample_value("ieum_mailboxes_unseen_seconds") or 0) > 0.5

        await until(grows)
        await alpha.stop()
    alpha.settings = settings


async def test_streams_are_behind_when_what_was_said_has_not_come_for_a_minute(resting: Pair) -> None:
    await resting.beta.change(EXPECT)
    registry = await counted(resting.beta)
    assert registry.get_sample_value("ieum_streams_behind") == 3
    await resting.beta.change("delete from expected")


async def test_who_does_not_lead_says_nothing_waits(resting: Pair) -> None:
    registry = CollectorRegistry()
    measures = DeliveryMeasures(registry)
    measures.parked({"sequence.gap": 1})
    measures.outbox_age(9)
    count_nothing(measures)
    assert set(values(registry, "ieum_rows_waiting", "table").values()) == {0}
    assert values(registry, "ieum_events_parked", "reason") == {}
    assert registry.get_sample_value("ieum_outbox_age_seconds") == 0


HEARD = "select count(*) from ledger where not said"


async def test_each_event_that_is_taken_in_has_its_time_by_edge(resting: Pair) -> None:
    alpha, beta = resting.alpha, resting.beta
    with measured(beta) as registry, limited(alpha, beta, tick_seconds=0.1, look_seconds=0.1):
        before = int(str(await beta.value(HEARD)))
        await alpha.start()
        await beta.start()
        await alpha.say(beta.address, new_keys(5))
        await quiet(alpha, beta)
        heard = int(str(await beta.value(HEARD))) - before
        assert heard >= 5
        edge = {"sender": "alpha", "recipient": "beta"}
        assert registry.get_sample_value("ieum_delivery_seconds_count", edge) == heard
        assert (registry.get_sample_value("ieum_delivery_seconds_sum", edge) or 0) > 0
        assert registry.get_sample_value("ieum_unread_age_seconds") == 0
        assert registry.get_sample_value("ieum_partitions_away") == 0
        assert 0 <= (registry.get_sample_value("ieum_mailboxes_unseen_seconds") or -1) < USUAL.unseen_seconds
        await alpha.stop()
        await beta.stop()


async def test_a_connection_that_is_waited_for_is_noted_under_its_pool(resting: Pair) -> None:
    registry = CollectorRegistry()
    waited = ProcessMeasures(registry).waited("delivery")
    settings = resting.alpha.settings
    database = await open_database(
        settings.database_dsn.get_secret_value(), settings.database_login(), 1, waited
    )
    async with database.acquire() as connection:
        await connection.execute("select pg_sleep(0)")
    async with database.acquire() as connection:
        await connection.execute("select pg_sleep(0)")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(WAITS_SECONDS), database.acquire():
                pytest.fail("the one connection was lent")
    async with database.acquire() as connection:
        assert await connection.fetchval("select 1") == 1
    await database.close()
    assert registry.get_sample_value("ieum_database_wait_seconds_count", {"pool": "delivery"}) == 4
    assert (
        registry.get_sample_value("ieum_database_wait_seconds_sum", {"pool": "delivery"}) or 0
    ) >= WAITS_SECONDS
