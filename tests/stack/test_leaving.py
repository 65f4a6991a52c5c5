"""What the agreement says of joining and leaving: who sees whom, and how a password is drawn anew."""

import pytest
from confluent_kafka.admin import AdminClient

from ieum.centre.apply import apply
from ieum.centre.broker import Broker
from ieum.centre.broker_login import connection_settings, is_let_in
from ieum.centre.credentials import AgencyAccess
from ieum.centre.passwords import Secrets
from ieum.centre.plan import Plan
from ieum_contracts.topics import Family, topic_of
from ieum_lab.testing.centre import CentreUnderTest, centre_of
from ieum_lab.testing.plugin import MakeCentre

pytestmark = pytest.mark.stack

STAYS, LEAVES = "employment-center", "city-welfare-team"
ANSWER_SECONDS_MAX = 10.0


def seen(centre: CentreUnderTest, access: AgencyAccess) -> set[str]:
    """Name the agencies whose catalogue Kafka's metadata shows to a login."""
    login = connection_settings(centre.settings, access.kafka_username, access.kafka_password)
    topics = AdminClient(login).list_topics(timeout=ANSWER_SECONDS_MAX).topics
    addresses = map(centre.address, (STAYS, LEAVES))
    return {each.agency for each in addresses if topic_of(each, Family.CATALOGUE) in topics}


async def test_the_agencies_that_exist_are_those_that_metadata_shows(make_centre: MakeCentre) -> None:
    centre = await make_centre(STAYS, LEAVES)
    stays, leaves = centre.access(STAYS), centre.access(LEAVES)
    assert seen(centre, stays) == seen(centre, leaves) == {STAYS, LEAVES}

    done = await apply(centre_of(centre.id, (STAYS,)), centre.settings)

    assert done.revocations
    assert (done.topics, done.logins, done.new_passwords) == ((), (), ())
    assert seen(centre, stays) == {STAYS}
    assert seen(centre, leaves) == set()
    assert topic_of(centre.address(LEAVES), Family.REFERRAL) in Broker(centre.settings).topics(centre.id)


async def test_a_password_whose_file_is_deleted_is_drawn_anew(make_centre: MakeCentre) -> None:
    centre = await make_centre(STAYS)
    access = centre.access(STAYS)
    old = access.kafka_password
    Secrets(centre.settings.secrets_folder).path(STAYS, "kafka").unlink()

    done = await apply(centre.centre, centre.settings)

    assert done == Plan(new_passwords=(access.kafka_username,))
    assert is_let_in(centre.settings, access.kafka_username, access.kafka_password)
    assert not is_let_in(centre.settings, access.kafka_username, old)
    assert len(access.kafka_password) == 48
