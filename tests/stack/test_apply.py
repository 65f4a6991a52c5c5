"""Setting up a centre: what is missing is made, what is right stays, and a dry run changes nothing."""

from dataclasses import replace

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer
from pydantic import SecretStr

from ieum.centre.apply import apply
from ieum.centre.broker import Broker
from ieum.centre.broker_login import is_let_in
from ieum.centre.centre_file import Centre, CentreError
from ieum.centre.centre_settings import CentreSettings
from ieum.centre.passwords import Secrets
from ieum.centre.plan import Plan
from ieum_contracts.topics import MAILBOX_PARTITIONS, Family, Grant, Topic, grants, login, topic_of, topics
from ieum_lab.embedded.ports import free_port
from ieum_lab.testing.centre import CentreUnderTest, centre_of
from ieum_lab.testing.plugin import MakeCentre

pytestmark = pytest.mark.stack

SIX = (
    "employment-center",
    "women-reemployment-center",
    "microfinance-center",
    "veterans-center",
    "city-job-center",
    "city-welfare-team",
)
SEVENTH = "seventh-office"


def with_seventh(centre: CentreUnderTest) -> Centre:
    return centre_of(centre.id, (*centre.centre.agencies, SEVENTH))


def all_passwords(settings: CentreSettings) -> dict[str, str]:
    return {str(path): path.read_text() for path in settings.secrets_folder.glob("*/*")}


async def test_a_centre_as_it_should_be_needs_nothing(make_centre: MakeCentre) -> None:
    centre = await make_centre(*SIX)

    assert await apply(centre.centre, centre.settings) == Plan()


async def test_a_dry_run_says_what_is_missing_and_changes_nothing(make_centre: MakeCentre) -> None:
    centre = await make_centre()
    seven, before = with_seventh(centre), all_passwords(centre.settings)

    planned = await apply(seven, centre.settings, dry_run=True)

    assert f"database {centre.id}_seventh_office: create" in planned.sentences()
    assert planned == await apply(seven, centre.settings, dry_run=True)
    assert all_passwords(centre.settings) == before
    assert await apply(centre.centre, centre.settings, dry_run=True) == Plan()


async def test_a_seventh_agency_joins_and_the_six_keep_their_passwords(make_centre: MakeCentre) -> None:
    centre = await make_centre(*SIX)
    before = all_passwords(centre.settings)

    done = await apply(with_seventh(centre), centre.settings)

    mine = f"{centre.id}.{SEVENTH}"
    assert {topic.name.rpartition(".")[0] for topic in done.topics} == {mine}
    assert done.logins == (mine,)
    assert done.roles == done.databases == (f"{centre.id}_seventh_office",)
    assert done.new_passwords == done.new_role_passwords == ()
    assert all(mine in (grant.principal, grant.name.rpartition(".")[0], grant.name) for grant in done.grants)
    after = all_passwords(centre.settings)
    assert before.items() <= after.items()
    assert len(after) == len(before) + 2


async def test_the_six_may_write_to_the_seventh_at_once(make_centre: MakeCentre) -> None:
    centre = await make_centre()
    await apply(with_seventh(centre), centre.settings)
    joined = CentreUnderTest(with_seventh(centre), centre.settings)
    access = joined.access("employment-center")

    async with AIOKafkaProducer(
        bootstrap_servers=access.kafka_bootstrap,
        security_protocol=access.kafka_protocol,
        sasl_mechanism="SCRAM-SHA-512",
        sasl_plain_username=access.kafka_username,
        sasl_plain_password=access.kafka_password,
    ) as producer:
        await producer.send_and_wait(topic_of(joined.address(SEVENTH), Family.REFERRAL), b"{}", key=b"k")
    connection = await asyncpg.connect(joined.access(SEVENTH).dsn)
    await connection.close()


async def test_a_password_that_was_handed_in_takes_the_place_of_the_old_one(make_centre: MakeCentre) -> None:
    centre = await make_centre("employment-center")
    access = centre.access("employment-center")
    old = access.kafka_password
    secrets = Secrets(centre.settings.secrets_folder)
    for system in ("kafka", "database"):
        secrets.path("employment-center", system).write_text("handed-in-for-this-test")

    done = await apply(centre.centre, centre.settings)

    assert done == Plan(new_passwords=(access.kafka_username,), new_role_passwords=(access.database,))
    assert is_let_in(centre.settings, access.kafka_username, "handed-in-for-this-test")
    assert not is_let_in(centre.settings, access.kafka_username, old)
    await (await asyncpg.connect(access.dsn)).close()


async def test_a_grant_that_the_table_does_not_have_is_taken_away(make_centre: MakeCentre) -> None:
    centre = await make_centre()
    me = centre.address("employment-center")
    surplus = Grant(
        login(me), "topic", topic_of(centre.address("city-welfare-team"), Family.REFERRAL), "READ"
    )
    Broker(centre.settings).allow([surplus])

    done = await apply(centre.centre, centre.settings)

    assert done == Plan(revocations=(surplus,))
    assert Broker(centre.settings).grants(centre.id) == set(grants(centre.id, centre.centre.agencies))


async def test_a_setting_that_differs_is_set_again(make_centre: MakeCentre) -> None:
    centre = await make_centre()
    topic = topics(centre.id, centre.centre.agencies)[0]
    Broker(centre.settings).set_topics({topic.name: {"retention.ms": "1000"}})

    done = await apply(centre.centre, centre.settings)

    assert done == Plan(topic_settings={topic.name: {"retention.ms": topic.settings["retention.ms"]}})
    assert await apply(centre.centre, centre.settings) == Plan()


async def test_another_number_of_partitions_is_left_to_a_person(make_centre: MakeCentre) -> None:
    centre = await make_centre()
    mailbox = topic_of(centre.address("employment-center"), Family.DELIVERY)
    other = centre_of(f"{centre.id}x", ("employment-center",))
    wrong = Topic(mailbox.replace(centre.id, other.centre), 3, {})
    Broker(centre.settings).make_topics([wrong])

    with pytest.raises(CentreError, match=f"{wrong.name} has 3 partitions, not 1"):
        await apply(other, centre.settings)
    Broker(centre.settings).remove(other.centre)


async def test_a_mailbox_with_more_partitions_is_told_and_keeps_nothing_from_being_done(
    make_centre: MakeCentre,
) -> None:
    centre = await make_centre()
    other = centre_of(f"{centre.id}x", ("employment-center",))
    mailboxes = [
        each for each in topics(other.centre, other.agencies) if each.partitions == MAILBOX_PARTITIONS
    ]
    Broker(centre.settings).make_topics([replace(mailboxes[0], partitions=MAILBOX_PARTITIONS + 3)])

    plan = await apply(other, centre.settings, dry_run=True)

    assert plan.more_partitions == {mailboxes[0].name: MAILBOX_PARTITIONS + 3}
    assert {each.name for each in mailboxes[1:]} <= {each.name for each in plan.topics}
    [warning] = plan.warnings()
    assert warning.startswith(f"topic {mailboxes[0].name}: 9 partitions, of which 6 are used")
    Broker(centre.settings).remove(other.centre)


async def test_a_server_that_is_away_is_named_with_the_setting_to_look_at(make_centre: MakeCentre) -> None:
    centre = await make_centre()
    nowhere = centre.settings.model_copy(
        update={"database_admin_dsn": SecretStr(f"postgresql://admin:wrong@127.0.0.1:{free_port()}/postgres")}
    )

    with pytest.raises(CentreError, match="IEUM_DATABASE_ADMIN_DSN"):
        await apply(centre.centre, nowhere)
