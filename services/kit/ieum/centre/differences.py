"""Differences between the ledgers of a centre's agencies, each in a whole sentence."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from ieum.centre.snapshot import Snapshot
from ieum.centre.waiting_rows import Waiting
from ieum_contracts.address import Address


class Kind(StrEnum):
    """What differs, so that a test run can ignore what it injected itself."""

    STREAM = "stream"
    STOPPED = "stopped"
    REFERRAL = "referral"
    ASK = "ask"
    ROOM = "room"
    OUTBOX = "outbox"
    PARKED = "parked"
    QUARANTINE = "quarantine"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: at which agency's database, about which key, in a whole sentence."""

    kind: Kind
    agency: str
    key: UUID | None
    sentence: str

    def __str__(self) -> str:
        """Return the sentence."""
        return self.sentence


def left_over(snapshots: Mapping[str, Snapshot]) -> Iterator[Difference]:
    """Yield what is left waiting at an agency, and how much more there is."""
    for me, snapshot in snapshots.items():
        for kind, waiting, words in (
            (Kind.OUTBOX, snapshot.outbox, "has not sent yet"),
            (Kind.PARKED, snapshot.parked, "has parked"),
            (Kind.QUARANTINE, snapshot.quarantine, "has quarantined"),
        ):
            for item in waiting:
                yield Difference(kind, name_of(me), item.key, f"{name_of(me)} {words} {_words(item)}.")
            if more := snapshot.unnamed.get(kind.value, 0):
                yield Difference(kind, name_of(me), None, f"{name_of(me)} {words} {more} more.")


def room_differences(snapshots: Mapping[str, Snapshot], abroad: Collection[str]) -> Iterator[Difference]:
    """Yield the copies of which their owner has another version.

    An agency without a copy has not read the catalogue yet, or never ran.
    """
    for me, snapshot in snapshots.items():
        for programme, version in snapshot.room.items():
            owner = snapshots.get(programme.owner)
            published = None if owner is None else owner.room.get(programme)
            if programme.owner in abroad or published in {None, version}:
                continue
            yield Difference(
                Kind.ROOM,
                name_of(me),
                None,
                f"{name_of(me)} has version {version} of the room of {programme.programme}, of which "
                f"{name_of(programme.owner)} has published version {published}.",
            )


def _words(item: Waiting) -> str:
    return item.what if item.reason is None else f"{item.what} ({item.reason})"


def name_of(address: str) -> str:
    """Return the id of the agency at an address."""
    return Address.parse(address).agency
