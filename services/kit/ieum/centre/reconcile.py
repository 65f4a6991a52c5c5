"""The accounting of a centre: whether the books of all agencies agree and nothing is left to be done."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from ieum.centre.centre_file import Centre
from ieum.centre.centre_settings import CentreSettings
from ieum.centre.snapshot import Copy, HeadNumbers, Snapshot, StreamName, Waiting, read_books
from ieum_contracts.address import Address

PAUSE_SECONDS = 0.2
NOTHING = HeadNumbers(0, 0)


class DifferenceKind(StrEnum):
    """What differs, so that a run can set aside what it planted itself."""

    STREAM = "stream"
    STOPPED = "stopped"
    REFERRAL = "referral"
    ASK = "ask"
    OUTBOX = "outbox"
    PARKED = "parked"
    QUARANTINE = "quarantine"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it should be: at whose database, about which key, in a whole sentence."""

    kind: DifferenceKind
    agency: str
    key: UUID | None
    sentence: str

    def __str__(self) -> str:
        """Say it."""
        return self.sentence


@dataclass(frozen=True, slots=True)
class Accounts:
    """What all books together say."""

    differences: tuple[Difference, ...] = ()
    streams: int = 0
    said: int = 0
    heard: int = 0
    referrals: Mapping[str, int] = field(default_factory=dict)
    """How many referrals are in each state, by their senders' copies."""

    @property
    def sentences(self) -> list[str]:
        """Every difference in words."""
        return list(map(str, self.differences))


async def reconcile(centre: Centre, settings: CentreSettings) -> Accounts:
    """Read the databases of all agencies and compare them; while events are under way they differ.

    Raises CentreError when a database is missing or away.
    """
    return account(await asyncio.gather(*(read_books(settings, agency) for agency in centre.addresses())))


async def settled(centre: Centre, settings: CentreSettings, seconds: float) -> Accounts:
    """Reconcile until nothing differs or `seconds` are over, and return the last accounts."""
    deadline = time.monotonic() + seconds
    while True:
        accounts = await reconcile(centre, settings)
        if not accounts.differences or time.monotonic() > deadline:
            return accounts
        await asyncio.sleep(PAUSE_SECONDS)


def account(books: Iterable[Snapshot]) -> Accounts:
    """Compare the books of a centre's agencies (a pure function)."""
    programme_cache = {str(book.agency): book for book in books}
    heads = [head for book in programme_cache.values() for head in book.streams.values()]
    copies = [copy for book in programme_cache.values() for copy in book.referrals.values()]
    return Accounts(
        differences=(
            *_streams(programme_cache),
            *_referrals(programme_cache),
            *_asks(programme_cache),
            *_left(programme_cache),
        ),
        streams=len(heads),
        said=sum(head.said for head in heads),
        heard=sum(head.heard for head in heads),
        referrals=Counter(copy.state for copy in copies if not copy.is_recipient),
    )


def _streams(programme_cache: Mapping[str, Snapshot]) -> Iterator[Difference]:
    for me, name, mine in _every_stream(programme_cache):
        peer = programme_cache.get(name.peer)
        theirs = peer.streams.get(StreamName(name.key, me, name.family), NOTHING) if peer else NOTHING
        if mine.said != theirs.heard:
            yield Difference(
                DifferenceKind.STREAM,
                _name(name.peer),
                name.key,
                f"{_name(me)} has said {mine.said} {name.family} event(s) on {name.key} "
                f"to {_name(name.peer)}, which has heard {theirs.heard}.",
            )
        if mine.stopped is not None:
            yield Difference(
                DifferenceKind.STOPPED,
                _name(me),
                name.key,
                f"{_name(me)} has stopped the {name.family} stream on {name.key} from {_name(name.peer)}: "
                f"{mine.stopped}.",
            )


def _every_stream(programme_cache: Mapping[str, Snapshot]) -> Iterator[tuple[str, StreamName, HeadNumbers]]:
    """Go through all streams, also those that only the hearing side knows of."""
    for me, book in programme_cache.items():
        for name, heads in book.streams.items():
            yield me, name, heads
            peer = programme_cache.get(name.peer)
            mirrored = StreamName(name.key, me, name.family)
            if peer is not None and mirrored not in peer.streams and heads.heard:
                yield name.peer, mirrored, NOTHING


def _referrals(programme_cache: Mapping[str, Snapshot]) -> Iterator[Difference]:
    for me, book in programme_cache.items():
        for key, mine in book.referrals.items():
            peer = programme_cache.get(mine.peer)
            theirs = peer.referrals.get(key) if peer else None
            if theirs is None or theirs.peer != me or theirs.is_recipient == mine.is_recipient:
                yield _missing(me, key, mine)
            elif not mine.is_recipient:
                yield from _differing(me, key, mine, theirs)


def _missing(me: str, key: UUID, mine: Copy) -> Difference:
    way = "received from" if mine.is_recipient else "sent to"
    return Difference(
        DifferenceKind.REFERRAL,
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
                DifferenceKind.REFERRAL,
                _name(me),
                key,
                f"The {what} of the referral {key} is {sent} at its sender {_name(me)} and {received} at its "
                f"recipient {_name(mine.peer)}.",
            )


def _asks(programme_cache: Mapping[str, Snapshot]) -> Iterator[Difference]:
    for me, book in programme_cache.items():
        for key, copy in book.referrals.items():
            for ask in copy.open_asks:
                verb = "has not settled" if copy.is_recipient else "has no answer yet to"
                yield Difference(
                    DifferenceKind.ASK,
                    _name(me),
                    key,
                    f"{_name(me)} {verb} the ask {ask} on the referral {key}.",
                )


def _left(programme_cache: Mapping[str, Snapshot]) -> Iterator[Difference]:
    for me, book in programme_cache.items():
        for kind, waiting, words in (
            (DifferenceKind.OUTBOX, book.outbox, "has not sent yet"),
            (DifferenceKind.PARKED, book.parked, "has parked"),
            (DifferenceKind.QUARANTINE, book.quarantine, "has quarantined"),
        ):
            for item in waiting:
                yield Difference(kind, _name(me), item.key, f"{_name(me)} {words} {_words(item)}.")


def _words(item: Waiting) -> str:
    return item.what if item.reason is None else f"{item.what} ({item.reason})"


def _name(address: str) -> str:
    return Address.parse(address).agency
