"""Reconciles a centre: whether the ledgers of all agencies agree and no work is left."""

import asyncio
import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack
from uuid import UUID

from ieum.centre.accounting import Accounts
from ieum.centre.centre_file import Centre
from ieum.centre.centre_settings import CentreSettings
from ieum.centre.differences import Difference, Kind, left_over, room_differences
from ieum.centre.differences import name_of as _name
from ieum.centre.snapshot import FIRST, LAST, Copy, HeadNumbers, Snapshot, StreamName, open_snapshot
from ieum_contracts.address import Address

PAUSE_SECONDS = 0.2
ROWS_TOGETHER = 50_000
NOTHING = HeadNumbers(0, 0)


async def reconcile(centre: Centre, settings: CentreSettings, rows: int = ROWS_TOGETHER) -> Accounts:
    """Read and compare the databases of all agencies; while events are under way they differ.

    About `rows` streams of an agency are held in memory at a time. Raises CentreError when a database is
    missing or away.
    """
    foreign = tuple(centre.foreign_addresses())
    found = account((), foreign)
    async with AsyncExitStack() as opened:
        snapshots = [
            await opened.enter_async_context(open_snapshot(settings, agency))
            for agency in centre.own_addresses()
        ]
        after = FIRST
        while after != LAST:
            until = min([await each.range_end(after, rows) for each in snapshots])
            taken = [await each.read(after, until) for each in snapshots]
            found = found.together_with(account(taken, foreign))
            after = until
    return found


async def settled(centre: Centre, settings: CentreSettings, seconds: float) -> Accounts:
    """Reconcile until nothing differs or `seconds` have passed, and return the last result."""
    deadline = time.monotonic() + seconds
    while True:
        accounts = await reconcile(centre, settings)
        if not accounts.differences or time.monotonic() > deadline:
            return accounts
        await asyncio.sleep(PAUSE_SECONDS)


def account(taken: Iterable[Snapshot], foreign: Iterable[Address] = ()) -> Accounts:
    """Compare the ledgers of a centre's agencies (a pure function).

    Streams with a foreign agency are not compared: its ledger is not here.
    """
    snapshots = {str(snapshot.agency): snapshot for snapshot in taken}
    abroad = frozenset(map(str, foreign))
    heads = [head for snapshot in snapshots.values() for head in snapshot.streams.values()]
    copies = [copy for snapshot in snapshots.values() for copy in snapshot.referrals.values()]
    return Accounts(
        differences=(
            *_streams(snapshots, abroad),
            *_referrals(snapshots, abroad),
            *_asks(snapshots, abroad),
            *room_differences(snapshots, abroad),
            *left_over(snapshots),
        ),
        streams=len(heads),
        said=sum(head.said for head in heads),
        heard=sum(head.heard for head in heads),
        referrals=Counter(copy.state for copy in copies if not copy.is_recipient),
        asks=len({ask for copy in copies for ask in copy.open_asks}),
        inquiries=sum(snapshot.inquiries for snapshot in snapshots.values()),
        foreign=tuple(sorted(map(_name, abroad))),
    )


def _streams(snapshots: Mapping[str, Snapshot], abroad: Collection[str]) -> Iterator[Difference]:
    for me, name, mine in _every_stream(snapshots):
        peer = snapshots.get(name.peer)
        theirs = peer.streams.get(StreamName(name.key, me, name.family), NOTHING) if peer else NOTHING
        if mine.said != theirs.heard and name.peer not in abroad:
            yield Difference(
                Kind.STREAM,
                _name(name.peer),
                name.key,
                f"{_name(me)} has said {mine.said} {name.family} event(s) on {name.key} "
                f"to {_name(name.peer)}, which has heard {theirs.heard}.",
            )
        if mine.stopped is not None:
            yield Difference(
                Kind.STOPPED,
                _name(me),
                name.key,
                f"{_name(me)} has stopped the {name.family} stream on {name.key} from {_name(name.peer)}: "
                f"{mine.stopped}.",
            )


def _every_stream(snapshots: Mapping[str, Snapshot]) -> Iterator[tuple[str, StreamName, HeadNumbers]]:
    """Yield all streams, also those that only the hearing side has."""
    for me, snapshot in snapshots.items():
        for name, heads in snapshot.streams.items():
            yield me, name, heads
            peer = snapshots.get(name.peer)
            mirrored = StreamName(name.key, me, name.family)
            if peer is not None and mirrored not in peer.streams and heads.heard:
                yield name.peer, mirrored, NOTHING


def _referrals(snapshots: Mapping[str, Snapshot], abroad: Collection[str]) -> Iterator[Difference]:
    for me, snapshot in snapshots.items():
        for key, mine in snapshot.referrals.items():
            if mine.peer in abroad:
                continue
            peer = snapshots.get(mine.peer)
            theirs = peer.referrals.get(key) if peer else None
            if theirs is None or theirs.peer != me or theirs.is_recipient == mine.is_recipient:
                yield _missing(me, key, mine)
            elif not mine.is_recipient:
                yield from _differing(me, key, mine, theirs)


def _missing(me: str, key: UUID, mine: Copy) -> Difference:
    way = "received from" if mine.is_recipient else "sent to"
    return Difference(
        Kind.REFERRAL,
        _name(mine.peer),
        key,
        f"{_name(mine.peer)} has no copy of the referral {key}, which {_name(me)} {way} it "
        f"({mine.programme}, {mine.state}).",
    )


def _differing(me: str, key: UUID, mine: Copy, theirs: Copy) -> Iterator[Difference]:
    for what, sent, received in (
        ("state", mine.state, theirs.state),
        ("programme", mine.programme, theirs.programme),
        ("way of closing", mine.closed_as, theirs.closed_as),
    ):
        if sent != received:
            yield Difference(
                Kind.REFERRAL,
                _name(me),
                key,
                f"The {what} of the referral {key} is {sent} at its sender {_name(me)} and {received} at its "
                f"recipient {_name(mine.peer)}.",
            )


def _asks(snapshots: Mapping[str, Snapshot], abroad: Collection[str]) -> Iterator[Difference]:
    """Find asks that wait at one side only; one known to both waits for a worker, which is allowed."""
    for me, snapshot in snapshots.items():
        for key, mine in snapshot.referrals.items():
            peer = snapshots.get(mine.peer)
            theirs = peer.referrals.get(key) if peer else None
            known = theirs.open_asks if theirs else ()
            for ask in mine.open_asks:
                if ask in known or mine.peer in abroad:
                    continue
                verb = "has not settled" if mine.is_recipient else "has no answer yet to"
                yield Difference(
                    Kind.ASK,
                    _name(me),
                    key,
                    f"{_name(me)} {verb} the ask {ask} on the referral {key}, of which {_name(mine.peer)} "
                    "knows nothing, or no more.",
                )
