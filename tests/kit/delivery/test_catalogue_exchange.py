"""Agencies know each other's programmes: the newest version that their owner published, and nothing else."""

import asyncio
import json
from collections.abc import AsyncIterator
from functools import partial

import pytest
import pytest_asyncio
from confluent_kafka.admin import AdminClient, NewTopic

from ieum.delivery.limits import USUAL
from ieum_contracts.address import Address
from ieum_contracts.programme import ProgrammePublished
from ieum_contracts.topics import Family, topic_of
from ieum_lab.embedded.kafka import admin_settings
from ieum_lab.embedded.stack import Stack
from ieum_lab.testing.plugin import MakeCentre
from tests.kit.delivery import wire
from tests.kit.delivery.agencies import Bare, close, new_keys, open_bare, until
from tests.kit.delivery.conftest import Pair

pytestmark = pytest.mark.stack

PROGRAMME = ProgrammePublished(programme="test-course", version=1, name_ko="시험 과정", name_en="Test course")


@pytest_asyncio.fixture(loop_scope="session")
async def published(resting: Pair) -> AsyncIterator[Pair]:
    """Give two agencies of which alpha offers a programme."""
    await resting.beta.start()
    await resting.alpha.start([PROGRAMME])
    yield resting
    await resting.alpha.stop()
    await resting.beta.stop()


async def known(beta: Bare) -> ProgrammePublished | None:
    body = await beta.value(
        "select body from catalogue join peer on peer.id = peer where address like '%/alpha'"
        " and catalogue.id = 'programme:test-course'"
    )
    return None if body is None else ProgrammePublished.model_validate_json(bytes(body))  # type: ignore[call-overload]


async def is_known(beta: Bare, record_id: str) -> bool:
    return bool(await beta.value("select count(*) from catalogue where id = $1", record_id))


async def until_named(beta: Bare, name: str, *, offered: bool = True) -> int:
    """Wait until the programme is known under a name; gives its version."""

    async def named() -> bool:
        found = await known(beta)
        return found is not None and (found.name_en, found.offered) == (name, offered)

    await until(named)
    found = await known(beta)
    assert found is not None
    return found.version


async def test_a_change_is_published_under_a_higher_version(published: Pair) -> None:
    first = await until_named(published.beta, "Test course")
    await published.alpha.stop()
    await published.alpha.start([PROGRAMME.model_copy(update={"name_en": "Other course"})])
    second = await until_named(published.beta, "Other course")
    assert second > first
    await published.alpha.stop()
    await published.alpha.start([])
    assert await until_named(published.beta, "Other course", offered=False) > second


def record(
    owner: Address, source: Address, version: int, name: str, programme: str = PROGRAMME.programme
) -> wire.Raw:
    """Make a catalogue record on the topic of `owner` that says to come from `source`."""
    body = PROGRAMME.model_copy(update={"version": version, "name_en": name, "programme": programme})
    raw = wire.event(source, source, new_keys(1)[0], 1, body)
    key = f"programme:{programme}".encode()
    raw = raw.having("ce_subject", key).having("ce_partitionkey", key).without("ce_sequence")
    return wire.Raw(topic_of(owner, Family.CATALOGUE), 0, key, raw.value, raw.headers)


async def test_old_versions_and_forged_records_are_ignored(stack: Stack, published: Pair) -> None:
    alpha, beta = published.alpha.address, published.beta.address
    version = await until_named(published.beta, "Test course")
    await published.alpha.stop()  # it would publish above what is newer than its own
    newer = version + 1000
    right = record(alpha, alpha, newer + 1, "Right")
    wire.produce(
        stack,
        [
            record(beta, alpha, newer, "Forged by beta"),
            record(alpha, beta, newer, "Of another"),
            right.saying(b"{"),
            right.having("ce_subject", b"programme:other").having("ce_partitionkey", b"programme:other"),
            right.without("ce_id"),
            right.saying(None),
            record(alpha, alpha, newer, "Newer"),
            record(alpha, alpha, newer - 1, "Old"),
            record(alpha, alpha, newer, "Of the same version"),
            record(alpha, alpha, newer, "Last", "last-course"),
        ],
    )
    await until(partial(is_known, published.beta, "programme:last-course"))
    assert await until_named(published.beta, "Newer") == newer
    names = await published.beta.rows("select convert_from(body, 'utf8') as body from catalogue")
    assert not [row for row in names if "Forged" in str(row) or "Of another" in str(row)]
    published.beta.check()

    await published.alpha.start([PROGRAMME])
    assert await until_named(published.beta, "Test course") > newer


async def test_a_record_in_another_order_of_members_is_kept_as_it_was_published(
    stack: Stack, published: Pair
) -> None:
    """Written anew, its members would have another order, in which two of them read as one number."""
    alpha = published.alpha.address
    version = await until_named(published.beta, "Test course")
    await published.alpha.stop()
    members = {"name_ko": "시험 M", "summary_ko": "과정", "name_en": "12345678", "programme": "test-course"}
    body = json.dumps({**members, "version": version + 1}, ensure_ascii=False).encode()
    wire.produce(stack, [record(alpha, alpha, version + 1, "x").saying(body)])
    assert await until_named(published.beta, "12345678") == version + 1
    assert await published.beta.value("select body from catalogue where version = $1", version + 1) == body
    published.beta.check()


async def test_what_the_broker_does_not_take_yet_is_said_again(stack: Stack, make_centre: MakeCentre) -> None:
    """An agency that starts before its topics and rights are there."""
    centre = await make_centre("alpha", "beta")
    alpha, beta = [await open_bare(centre, agency) for agency in ("alpha", "beta")]
    admin = AdminClient(admin_settings(stack.kafka.record))
    topic = topic_of(alpha.address, Family.CATALOGUE)
    admin.delete_topics([topic])[topic].result(10)
    await asyncio.gather(alpha.start([PROGRAMME]), beta.start())
    await asyncio.sleep(USUAL.topic_seconds + 0.5)
    assert await known(beta) is None

    admin.create_topics([NewTopic(topic, 1)])[topic].result(10)

    assert await until_named(beta, "Test course") > 0
    await close(alpha, beta)
