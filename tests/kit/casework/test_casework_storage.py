"""Referrals and cases in a real database: what is written is read back, and races end in one winner."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
import pytest_asyncio
from asyncpg import Connection
from pydantic import JsonValue

from ieum.casework.decision_orders import DECISION_ORDER
from ieum.casework.known import Known
from ieum.casework.orders import REFERRAL_ORDER, CaseClosing
from ieum.casework.sending import NewIds
from ieum.casework.values import Case, Change, Guard, Referral, Refusal, Side
from ieum.delivery.ledger import HEARD, Entry, write_entries
from ieum.delivery.peers import Peers
from ieum.delivery.streams import StreamKey
from ieum.local import Stack
from ieum.settings import Settings
from ieum.storage import commands
from ieum.storage.database import Database, open_database
from ieum.storage.desk import Desk
from ieum.storage.reading import Place, Wanted, list_cases, list_referrals, read_case, read_referral
from ieum.storage.referrals import lock_referrals, write_referrals
from ieum.testing.centre import Template, end_centre, new_centre
from ieum_contracts.case import CaseReason
from ieum_contracts.codes import AskType, ClosedAs, Decision, Outcome, Reason, State
from ieum_contracts.lifecycle import RecipientCopy, SenderCopy
from ieum_contracts.message import Say
from tests.kit.casework.agencies import (
    DECISIONS,
    RECIPIENT,
    SENDER,
    START,
    Two,
    new_id,
    referral_order,
    view_of,
)
from tests.kit.casework.test_casework_moves import COMPLETED, resting

pytestmark = pytest.mark.stack
ASKS = ((new_id(), AskType.CANCEL_REQUESTED), (new_id(), AskType.AMENDED))


@dataclass(frozen=True)
class Office:
    """One agency's database and desk."""

    database: Database
    desk: Desk


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def office(stack: Stack, database_template: Template) -> AsyncIterator[Office]:
    centre = await new_centre(stack, database_template, [SENDER.agency])
    settings = Settings.model_validate(centre.access(SENDER.agency).values())
    database = await open_database(settings.database_dsn.get_secret_value(), settings.database_secret())
    peers = Peers()
    async with database.acquire() as connection:
        await peers.know(connection, [SENDER, RECIPIENT])
    yield Office(database, Desk(view_of(SENDER), peers))
    await database.close()
    await end_centre(centre)


def _full(copy: RecipientCopy | SenderCopy) -> Referral:
    two = resting()
    return replace(
        two.at_sender if isinstance(copy, SenderCopy) else two.at_recipient,
        copy=copy,
        version=7,
        client_ref=f"EC-{two.id.int}" if isinstance(copy, SenderCopy) else None,
        loop_override="사유",
        parent=new_id(),
        case=new_id(),
        outcome=Outcome.EMPLOYED,
        reason=Reason.MOVED,
        concluded_at=START,
        assessment=b"{}",
    )


@pytest.mark.parametrize(
    "copy",
    [
        SenderCopy(),
        SenderCopy(State.ACCEPTED, ASKS),
        SenderCopy(
            State.CLOSED, (), ClosedAs.FAILED, disputed=True, withdrawn=True, reopened=True, erased=True
        ),
        SenderCopy(State.COMPLETED, disputed=True),
        RecipientCopy(State.ON_HOLD, ASKS),
        RecipientCopy(State.CLOSED, ASKS[:1], ClosedAs.COMPLETED, reopened=True),
        RecipientCopy(State.WITHDRAWN, withdrawn=True, erased=True),
    ],
)
async def test_what_is_written_is_read_back(office: Office, copy: RecipientCopy | SenderCopy) -> None:
    full = _full(copy)
    bare = replace(
        full, id=new_id(), client_ref=None, parent=None, case=None, sealed=None, outcome=None, reason=None
    )
    async with office.database.acquire() as connection, connection.transaction():
        await write_referrals(connection, office.desk.peers, [full, bare])
        assert await lock_referrals(connection, office.desk.peers, [full.id, bare.id]) == sorted(
            [full, bare], key=lambda referral: referral.id
        )
        changed = replace(full, version=8, sealed=None, concluded_at=None, assessment=None)
        await write_referrals(connection, office.desk.peers, [changed])
        assert await read_referral(connection, office.desk.peers, full.id) == changed


async def _refer(office: Office, **fields: JsonValue) -> Change | Refusal:
    order = REFERRAL_ORDER.validate_python(referral_order(**fields))
    async with office.database.acquire() as connection, connection.transaction():
        change = await commands.refer(office.desk, connection, order, START, NewIds(new_id(), new_id()))
        await asyncio.sleep(0.02)
        return change


async def test_two_referrals_of_one_client_at_once_end_in_one_that_names_the_other(office: Office) -> None:
    done = await asyncio.gather(*(_refer(office, client_ref="EC-R1") for _ in range(5)))
    (made,) = (change.referral for change in done if isinstance(change, Change))
    refused = [refusal for refusal in done if isinstance(refusal, Refusal)]
    assert made is not None
    assert {(refusal.guard, refusal.referral) for refusal in refused} == {(Guard.DUPLICATE, made.id)}
    assert isinstance(await _refer(office, client_ref="EC-R2"), Change)


async def test_a_referral_that_is_reopened_does_not_clash_with_its_successor(office: Office) -> None:
    first = await _refer(office, client_ref="EC-S1")
    assert isinstance(first, Change)
    assert first.referral is not None
    closed = replace(first.referral, copy=SenderCopy(State.CLOSED))
    reopened = replace(first.referral, copy=SenderCopy(State.IN_PROGRESS, reopened=True))
    async with office.database.acquire() as connection:
        await write_referrals(connection, office.desk.peers, [closed])
        assert isinstance(await _refer(office, client_ref="EC-S1"), Change)
        await write_referrals(connection, office.desk.peers, [reopened])


async def _known(office: Office, *twos: Two) -> None:
    async with office.database.acquire() as connection, connection.transaction():
        known = Known()
        for two in twos:
            known.take(Change(two.at_recipient, two.recipient.known.case_of(two.at_recipient)))
        await office.desk.flush(connection, known, START)


async def _decide(office: Office, two: Two, decision: Decision, **fields: JsonValue) -> Change | Refusal:
    order = DECISION_ORDER.validate_python({**DECISIONS[decision], **fields})
    async with office.database.acquire() as connection, connection.transaction():
        known = await commands.lock_referral(office.desk, connection, two.id)
        assert known is not None
        done = await commands.decide(office.desk, connection, known, order, START, new_id())
        await asyncio.sleep(0.02)
        return done


def _case(done: Change | Refusal) -> Case:
    assert isinstance(done, Change)
    assert done.case is not None
    return done.case


def _same_journey() -> tuple[Two, Two]:
    first = Two()
    first.refer(goals=["income-secured"])
    first.deliver()
    second = Two(first.sender, first.recipient, first.now)
    second.refer(first.at_sender, programme="case-management")
    second.deliver()
    return first, second


async def test_acceptances_in_one_journey_at_once_open_one_case(office: Office) -> None:
    first, second = _same_journey()
    await _known(office, first, second)
    done = await asyncio.gather(*(_decide(office, two, Decision.ACCEPTED) for two in (first, second)))
    assert len({_case(each).id for each in done}) == 1
    both = max((_case(each) for each in done), key=lambda case: case.version)
    assert {served.referral for served in both.served} == {first.id, second.id}
    async with office.database.acquire() as connection:
        kept = await read_case(connection, office.desk.peers, both.id)
    assert kept is not None
    assert {served.goals for served in kept.served} == {("income-secured",), ()}


async def test_a_case_closes_with_the_last_of_its_referrals(office: Office) -> None:
    first, second = _same_journey()
    await _known(office, first, second)
    for two in (first, second):
        await _decide(office, two, Decision.ACCEPTED)
    assert _case(await _decide(office, first, Decision.DECLINED)).closed_at is None
    last = await _decide(office, second, Decision.DECLINED)
    assert _case(last).closed_at is not None
    async with office.database.acquire() as connection:
        closed = await list_cases(connection, office.desk.peers, None, 50, is_open=False)
        assert _case(last).id not in {
            case.id for case in await list_cases(connection, office.desk.peers, None, 50, is_open=True)
        }
    (kept,) = (case for case in closed if case.id == _case(last).id)
    assert (kept.reason, kept.version) == (CaseReason.ALL_REFERRALS_ENDED, 4)


async def test_a_case_is_closed_and_followed_up_by_hand(office: Office) -> None:
    two = resting(*COMPLETED)
    await _known(office, two)
    async with office.database.acquire() as connection, connection.transaction():
        assert await commands.lock_case(office.desk, connection, new_id()) is None
        assert two.at_recipient.case is not None
        case = await commands.lock_case(office.desk, connection, two.at_recipient.case)
        assert case is not None
        order = CaseClosing(reason=CaseReason.GOALS_MET)
        done = await commands.close_case(office.desk, connection, case, order, START)
        assert [say.to for say in _said(done)] == [SENDER]
        kept = await read_case(connection, office.desk.peers, case.id)
    assert kept is not None
    assert kept.reason is CaseReason.GOALS_MET


def _said(done: Change | Refusal) -> tuple[Say, ...]:
    assert isinstance(done, Change)
    return done.says


async def _heard(connection: Connection, office: Office, two: Two, sequence: int) -> None:
    stream = StreamKey(two.id, office.desk.peers.number(SENDER), 1)
    entry = Entry(stream, HEARD, sequence, new_id(), "referral.amended.v1", START, b"h", b"d", b"{}")
    await write_entries(connection, [entry])


_BODIES = "select count(*) from ledger where key = $1 and body is not null"


async def test_an_erasure_clears_what_was_heard_also_what_comes_later(office: Office) -> None:
    two = resting(Decision.ACCEPTED)
    await _known(office, two)
    async with office.database.acquire() as connection:
        await _heard(connection, office, two, 1)
        assert await connection.fetchval(_BODIES, two.id) == 1
        await _decide(office, two, Decision.WITHDRAWN)
        assert await connection.fetchval(_BODIES, two.id) == 0
        kept = await read_referral(connection, office.desk.peers, two.id)
        assert kept is not None
        assert (kept.state, kept.sealed) == (State.WITHDRAWN, None)
        async with connection.transaction():
            await _heard(connection, office, two, 2)
            known = await office.desk.lock(connection, [two.id])
            known.take(Change(kept))
            await office.desk.flush(connection, known, START)
        assert await connection.fetchval(_BODIES, two.id) == 0


async def test_lists_are_filtered_and_read_page_by_page(office: Office) -> None:
    sent = replace(_full(SenderCopy()), programme="listed")
    made = [
        replace(sent, id=new_id(), client_ref=f"EC-L{n}", created_at=START + timedelta(minutes=n))
        for n in range(5)
    ]
    heard = replace(_full(RecipientCopy(State.RECEIVED)), programme="listed")
    peers = office.desk.peers
    async with office.database.acquire() as connection:

        async def listed(wanted: Wanted, before: Place | None = None) -> list[Referral]:
            return await list_referrals(connection, peers, wanted, before, 3)

        await write_referrals(connection, peers, [*made, heard])
        wanted = Wanted(State.REQUESTED, Side.SENDER, RECIPIENT, "listed")
        first = await listed(wanted)
        rest = await listed(wanted, Place(first[-1].created_at, first[-1].id))
        assert [*first, *rest] == made[::-1]
        assert await listed(Wanted(client_ref="EC-L3")) == [made[3]]
        assert await listed(Wanted(side=Side.RECIPIENT, programme="listed")) == [heard]
        assert await listed(Wanted(peer=replace(SENDER, agency="nobody"))) == []
