"""The accounting: silent when all books agree, and one whole sentence for each thing that does not."""

from dataclasses import replace
from uuid import UUID

import asyncpg
import pytest

from ieum.centre.centre_file import CentreError, Foreign
from ieum.centre.differences import Kind
from ieum.centre.reconcile import reconcile, settled
from ieum.delivery.streams.stream import FAMILY_NUMBERS
from ieum_contracts.topics import Family
from ieum_lab.testing.centre import CentreUnderTest
from ieum_lab.testing.plugin import MakeCentre

pytestmark = pytest.mark.stack

SENDER, RECIPIENT = "employment-center", "city-welfare-team"
KEY = UUID("01900000-0000-7000-8000-000000000001")
ASK = UUID("01900000-0000-7000-8000-000000000002")
FAMILY = FAMILY_NUMBERS[Family.REFERRAL]

PEER = "insert into peer (address) values ($1) on conflict (address) do update set address = $1 returning id"
STREAM = "insert into stream (key, peer, family, said, heard) values ($1, $2, $3, $4, $5)"
REFERRAL = """
insert into referral (id, recipient, peer, journey, programme, state, version, ask_ids, ask_types, reopened,
    disputed, withdrawn, erased, created_at, changed_at, asked)
select $1, $2, $3, $1, 'livelihood', 'accepted', 1, '{}', '{}', false, false, false, false, now(), now(), '{}'
"""


async def execute(centre: CentreUnderTest, agency: str, statement: str, *arguments: object) -> None:
    connection = await asyncpg.connect(centre.access(agency).dsn)
    await connection.execute(statement, *arguments)
    await connection.close()


async def write_books(centre: CentreUnderTest, agency: str, peer: str, *, said: int, heard: int) -> None:
    """Write what an agency's books say after a referral was requested, received and accepted."""
    connection = await asyncpg.connect(centre.access(agency).dsn)
    number = await connection.fetchval(PEER, str(centre.address(peer)))
    await connection.execute(STREAM, KEY, number, FAMILY, said, heard)
    await connection.execute(REFERRAL, KEY, agency == RECIPIENT, number)
    await connection.close()


@pytest.fixture
async def centre(make_centre: MakeCentre) -> CentreUnderTest:
    """Give a centre with one referral that both agencies know to be accepted."""
    centre = await make_centre(SENDER, RECIPIENT)
    await write_books(centre, SENDER, RECIPIENT, said=1, heard=2)
    await write_books(centre, RECIPIENT, SENDER, said=2, heard=1)
    return centre


async def differences(centre: CentreUnderTest) -> list[str]:
    return (await reconcile(centre.centre, centre.settings)).sentences


async def test_books_that_agree_are_counted(centre: CentreUnderTest) -> None:
    accounts = await reconcile(centre.centre, centre.settings)

    assert accounts.differences == ()
    assert (accounts.streams, accounts.said, accounts.heard) == (2, 3, 3)
    assert accounts.referrals == {"accepted": 1}


@pytest.mark.parametrize(
    ("agency", "sentence"),
    [
        (RECIPIENT, f"{RECIPIENT} has no copy of the referral {KEY}, which {SENDER} sent to it"),
        (SENDER, f"{SENDER} has no copy of the referral {KEY}, which {RECIPIENT} received from it"),
    ],
)
async def test_a_copy_that_is_gone_is_named(centre: CentreUnderTest, agency: str, sentence: str) -> None:
    await execute(centre, agency, "delete from referral")

    assert await differences(centre) == [f"{sentence} (livelihood, accepted)."]


async def test_a_stream_that_only_its_sender_knows_is_named(centre: CentreUnderTest) -> None:
    await execute(centre, RECIPIENT, "delete from stream")

    assert await differences(centre) == [
        f"{SENDER} has said 1 referral event(s) on {KEY} to {RECIPIENT}, which has heard 0.",
        f"{RECIPIENT} has said 0 referral event(s) on {KEY} to {SENDER}, which has heard 2.",
    ]


UNLIKE = (
    (RECIPIENT, "update referral set state = 'completed'"),
    (RECIPIENT, "update stream set said = 3"),
    (SENDER, "update stream set stopped = 'sequence.conflict'"),
)


async def test_states_and_numbers_that_differ_are_named(centre: CentreUnderTest) -> None:
    other = f"recipient {RECIPIENT}"
    for agency, statement in UNLIKE:
        await execute(centre, agency, statement)

    assert await differences(centre) == [
        f"{SENDER} has stopped the referral stream on {KEY} from {RECIPIENT}: sequence.conflict.",
        f"{RECIPIENT} has said 3 referral event(s) on {KEY} to {SENDER}, which has heard 2.",
        f"The state of the referral {KEY} is accepted at its sender {SENDER} and completed at its {other}.",
    ]


OPEN_ASK = "update referral set ask_ids = array[$1::uuid]"
MANY_QUARANTINED = """
insert into quarantine (topic, partition, "offset", reason, digest, at)
select 'some.topic', 4, n, 'place.key', '', now() from generate_series(1, 117) n
"""
UNSENT = "insert into outbox (key, peer, family, sequence) select key, peer, family, 1 from stream"
PARKED = """
insert into parked (key, peer, family, sequence, event_id, type, headers, body, digest, reason, since)
select key, peer, family, 2, key, 'referral.amended.v1', '', '', '', 'sequence.gap', now() from stream
"""
QUARANTINED = """
insert into quarantine (topic, partition, "offset", reason, digest, at)
values ('some.topic', 4, 17, 'place.key', '', now())
"""


async def test_what_still_lies_there_is_named_with_its_reason(centre: CentreUnderTest) -> None:
    sender, event = centre.address(SENDER), "referral.amended.v1, referral event 2"
    await execute(centre, SENDER, UNSENT)
    await execute(centre, RECIPIENT, PARKED)
    await execute(centre, RECIPIENT, QUARANTINED)

    accounts = await reconcile(centre.centre, centre.settings)

    assert [difference.key for difference in accounts.differences] == [KEY, KEY, None]
    assert accounts.sentences == [
        f"{SENDER} has not sent yet referral event 1 on {KEY} for {centre.address(RECIPIENT)}.",
        f"{RECIPIENT} has parked {event} on {KEY} from {sender} (sequence.gap).",
        f"{RECIPIENT} has quarantined record 17 of partition 4 of some.topic (place.key).",
    ]


async def test_an_ask_that_waits_for_a_worker_is_counted_and_is_no_difference(
    centre: CentreUnderTest,
) -> None:
    for agency in (SENDER, RECIPIENT):
        await execute(centre, agency, OPEN_ASK, ASK)

    accounts = await settled(centre.centre, centre.settings, seconds=0.3)

    assert accounts.differences == ()
    assert accounts.asks == 1


@pytest.mark.parametrize(
    ("agency", "sentence"),
    [
        (SENDER, f"{SENDER} has no answer yet to the ask {ASK} on the referral {KEY}, of which {RECIPIENT}"),
        (RECIPIENT, f"{RECIPIENT} has not settled the ask {ASK} on the referral {KEY}, of which {SENDER}"),
    ],
)
async def test_an_ask_that_one_side_alone_knows_is_named(
    centre: CentreUnderTest, agency: str, sentence: str
) -> None:
    await execute(centre, agency, OPEN_ASK, ASK)

    accounts = await reconcile(centre.centre, centre.settings)

    assert {difference.kind for difference in accounts.differences} == {Kind.ASK}
    assert accounts.sentences == [f"{sentence} knows nothing, or no more."]


MANY = """
with keys as (select md5(n::text)::uuid as key, n from generate_series(1, 300) n), streams as (
    insert into stream (key, peer, family, said, heard)
    select key, $1, 1, case when n % 2 = 0 then 1 else 0 end, n % 2 from keys
)
insert into referral (id, recipient, peer, journey, programme, state, version, ask_ids, ask_types, reopened,
    disputed, withdrawn, erased, created_at, changed_at, asked)
select key, $2, $1, key, 'livelihood', case when n % 3 = 0 then 'accepted' else 'received' end, 1, '{}', '{}',
    false, false, false, false, now(), now(), '{}'
from keys where n % 7 <> 0 or $2
"""


async def test_many_books_read_range_by_range_come_to_the_same_account(centre: CentreUnderTest) -> None:
    for agency, peer in ((SENDER, RECIPIENT), (RECIPIENT, SENDER)):
        connection = await asyncpg.connect(centre.access(agency).dsn)
        number = await connection.fetchval(PEER, str(centre.address(peer)))
        await connection.execute(MANY, number, agency == RECIPIENT)
        await connection.close()
    await execute(centre, SENDER, UNSENT)

    whole = await reconcile(centre.centre, centre.settings)
    parts = await reconcile(centre.centre, centre.settings, rows=37)

    assert whole.streams == 602
    assert len(whole.differences) > 300
    assert parts.differences != ()
    assert sorted(parts.sentences) == sorted(whole.sentences)
    assert replace(parts, differences=()) == replace(whole, differences=())


async def test_what_is_more_than_is_named_is_counted(centre: CentreUnderTest) -> None:
    await execute(centre, RECIPIENT, MANY_QUARANTINED)

    sentences = await differences(centre)

    assert len(sentences) == 101
    assert sentences[-1] == f"{RECIPIENT} has quarantined 17 more."


async def test_of_what_is_said_to_a_foreign_agency_one_side_is_known_and_nothing_differs(
    centre: CentreUnderTest,
) -> None:
    agencies = {SENDER: centre.centre.agencies[SENDER], RECIPIENT: Foreign(foreign=True)}
    abroad = centre.centre.model_copy(update={"agencies": agencies})
    await execute(centre, SENDER, OPEN_ASK, ASK)

    accounts = await reconcile(abroad, centre.settings)

    assert accounts.differences == ()
    assert (accounts.asks, accounts.foreign) == (1, (RECIPIENT,))


async def test_a_database_without_tables_is_named_with_the_next_step(centre: CentreUnderTest) -> None:
    await execute(centre, RECIPIENT, "alter table parked rename to elsewhere")

    with pytest.raises(CentreError, match="has not been migrated"):
        await reconcile(centre.centre, centre.settings)
