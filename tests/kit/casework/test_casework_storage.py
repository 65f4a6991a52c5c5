"""Referrals and cases in a real database: what is written is read back, and races end in one winner."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from asyncpg import Connection

from ieum.application import commands
from ieum.casework.orders import CaseClosing
from ieum.casework.refusals import Guard, Refusal
from ieum.casework.values import Case, Change, EndCause, EndedHere, Referral, Side, UntakenDecision
from ieum.delivery.streams.batch_write import Rows, write_rows
from ieum.delivery.streams.ledger import HEARD, LedgerEntry
from ieum.delivery.streams.stream import StreamKey
from ieum.storage.reading import PageCursor, Wanted, list_cases, list_referrals, read_case, read_referral
from ieum.storage.referral_rows import lock_referrals
from ieum_contracts.case import CaseReason
from ieum_contracts.codes import AskType, ClosedAs, Decision, Outcome, Reason, State
from ieum_contracts.lifecycle import RecipientCopy, SenderCopy, UntakenAsk
from ieum_contracts.message import Say
from tests.kit.casework.agencies import (
    RECIPIENT,
    SENDER,
    START,
    Two,
    new_id,
)
from tests.kit.casework.database_world import Office, decide, known, no_answer, refer, serve, write
from tests.kit.casework.test_casework_moves import COMPLETED, resting

pytestmark = pytest.mark.stack
ASKS = ((new_id(), AskType.CANCEL_REQUESTED), (new_id(), AskType.AMENDED))


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
        ended_here=EndedHere(EndCause.SKIPPED, "fold.failed") if isinstance(copy, SenderCopy) else None,
        untaken=()
        if isinstance(copy, SenderCopy)
        else (UntakenDecision(new_id(), Decision.CONSENT_ERASED, "sequence.lost"),),
        requested_at=START - timedelta(hours=1),
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
        SenderCopy(untaken=(UntakenAsk(new_id(), AskType.CONSENT_WITHDRAWN, "body.invalid"),), over=True),
        RecipientCopy(State.ON_HOLD, ASKS),
        RecipientCopy(State.CLOSED, ASKS[:1], ClosedAs.COMPLETED, reopened=True),
        RecipientCopy(State.WITHDRAWN, withdrawn=True, erased=True),
    ],
)
async def test_what_is_written_is_read_back(api_context: Office, copy: RecipientCopy | SenderCopy) -> None:
    full = _full(copy)
    bare = replace(
        full, id=new_id(), client_ref=None, parent=None, case=None, sealed=None, outcome=None, reason=None
    )
    async with api_context.database.acquire() as connection, connection.transaction():
        await write(connection, api_context, full, bare)
        assert await lock_referrals(connection, api_context.handler.peers, [full.id, bare.id]) == sorted(
            [full, bare], key=lambda referral: referral.id
        )
        changed = replace(full, version=8, sealed=None, concluded_at=None, assessment=None)
        await write(connection, api_context, changed)
        assert await read_referral(connection, api_context.handler.peers, full.id) == changed


async def test_two_referrals_of_one_client_at_once_end_in_one_that_names_the_other(
    api_context: Office,
) -> None:
    done = await asyncio.gather(*(refer(api_context, client_ref="EC-R1") for _ in range(5)))
    (made,) = (change.referral for change in done if isinstance(change, Change))
    refused = [refusal for refusal in done if isinstance(refusal, Refusal)]
    assert made is not None
    assert {(refusal.guard, refusal.referral) for refusal in refused} == {(Guard.DUPLICATE, made.id)}
    assert isinstance(await refer(api_context, client_ref="EC-R2"), Change)


async def test_a_referral_that_is_reopened_does_not_clash_with_its_successor(api_context: Office) -> None:
    first = await refer(api_context, client_ref="EC-S1")
    assert isinstance(first, Change)
    assert first.referral is not None
    closed = replace(first.referral, copy=SenderCopy(State.CLOSED))
    reopened = replace(first.referral, copy=SenderCopy(State.IN_PROGRESS, reopened=True))
    async with api_context.database.acquire() as connection:
        await write(connection, api_context, closed)
        assert isinstance(await refer(api_context, client_ref="EC-S1"), Change)
        await write(connection, api_context, reopened)


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


async def test_acceptances_in_one_journey_at_once_open_one_case(api_context: Office) -> None:
    first, second = _same_journey()
    await known(api_context, first, second)
    done = await asyncio.gather(*(decide(api_context, two, Decision.ACCEPTED) for two in (first, second)))
    assert len({_case(each).id for each in done}) == 1
    both = max((_case(each) for each in done), key=lambda case: case.version)
    assert {served.referral for served in both.served} == {first.id, second.id}
    async with api_context.database.acquire() as connection:
        kept = await read_case(connection, api_context.handler.peers, both.id)
    assert kept is not None
    assert {served.goals for served in kept.served} == {("income-secured",), ()}


async def test_a_case_closes_with_the_last_of_its_referrals(api_context: Office) -> None:
    first, second = _same_journey()
    await known(api_context, first, second)
    for two in (first, second):
        await decide(api_context, two, Decision.ACCEPTED)
    assert _case(await decide(api_context, first, Decision.DECLINED)).closed_at is None
    last = await decide(api_context, second, Decision.DECLINED)
    assert _case(last).closed_at is not None
    async with api_context.database.acquire() as connection:
        closed = await list_cases(connection, api_context.handler.peers, None, 50, is_open=False)
        assert _case(last).id not in {
            case.id
            for case in await list_cases(connection, api_context.handler.peers, None, 50, is_open=True)
        }
    (kept,) = (case for case in closed if case.id == _case(last).id)
    assert (kept.reason, kept.version) == (CaseReason.ALL_REFERRALS_ENDED, 4)


async def test_a_case_is_closed_and_followed_up_by_hand(api_context: Office) -> None:
    two = resting(*COMPLETED)
    await known(api_context, two)
    case, order = two.at_recipient.case, CaseClosing(reason=CaseReason.GOALS_MET)
    assert case is not None
    done = await serve(api_context, commands.close_case(case, order, no_answer))
    assert [say.to for say in _said(done)] == [SENDER]
    async with api_context.database.acquire() as connection:
        kept = await read_case(connection, api_context.handler.peers, case)
    assert kept is not None
    assert kept.reason is CaseReason.GOALS_MET


def _said(done: Change | Refusal) -> tuple[Say, ...]:
    assert isinstance(done, Change)
    return done.says


async def _heard(connection: Connection, api_context: Office, two: Two, sequence: int) -> None:
    stream = StreamKey(two.id, api_context.handler.peers.number(SENDER), 1)
    entry = LedgerEntry(stream, HEARD, sequence, new_id(), "referral.amended.v1", b"h", b"d", b"{}")
    await write_rows(connection, Rows(entries=[entry]))


_BODIES = "select count(*) from ledger where key = $1 and not said and body is not null"


async def test_an_erasure_clears_what_was_heard_also_what_comes_later(api_context: Office) -> None:
    two = resting(Decision.ACCEPTED)
    await known(api_context, two)
    async with api_context.database.acquire() as connection:
        await _heard(connection, api_context, two, 1)
        assert await connection.fetchval(_BODIES, two.id) == 1
        await decide(api_context, two, Decision.WITHDRAWN)
        assert await connection.fetchval(_BODIES, two.id) == 0
        kept = await read_referral(connection, api_context.handler.peers, two.id)
        assert kept is not None
        assert (kept.state, kept.sealed) == (State.WITHDRAWN, None)
        async with connection.transaction():
            await _heard(connection, api_context, two, 2)
            await write(connection, api_context, kept)
        assert await connection.fetchval(_BODIES, two.id) == 0


async def test_lists_are_filtered_and_read_page_by_page(api_context: Office) -> None:
    sent = replace(_full(SenderCopy()), programme="listed")
    made = [
        replace(sent, id=new_id(), client_ref=f"EC-L{n}", created_at=START + timedelta(minutes=n))
        for n in range(5)
    ]
    heard = replace(_full(RecipientCopy(State.RECEIVED)), programme="listed")
    peers = api_context.handler.peers
    async with api_context.database.acquire() as connection:

        async def listed(wanted: Wanted, before: PageCursor | None = None) -> list[Referral]:
            return await list_referrals(connection, peers, wanted, before, 3)

        await write(connection, api_context, *made, heard)
        wanted = Wanted(State.REQUESTED, Side.SENDER, RECIPIENT, "listed")
        first = await listed(wanted)
        rest = await listed(wanted, PageCursor(first[-1].created_at, first[-1].id))
        assert [*first, *rest] == made[::-1]
        assert await listed(Wanted(client_ref="EC-L3")) == [made[3]]
        assert await listed(Wanted(side=Side.RECIPIENT, programme="listed")) == [heard]
        assert await listed(Wanted(peer=replace(SENDER, agency="nobody"))) == []
