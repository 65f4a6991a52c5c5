"""Synthetic records of many referrals, as the projector reads them from Kafka."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from ieum.delivery.records.partitions import partition_of
from ieum_console.projector.headers import Mailbox, mailboxes_of
from ieum_contracts import envelope
from ieum_contracts.address import Address
from ieum_contracts.catalogue import EVENT_TYPES
from ieum_contracts.envelope import Envelope
from ieum_contracts.topics import Family

SENDER, RECIPIENT = Address("benchville", "employment-center"), Address("benchville", "city-welfare-team")
STORY = (
    (0, "requested"),
    (1, "received"),
    (1, "accepted"),
    (1, "started"),
    (1, "completed"),
    (0, "outcome-acknowledged"),
    (1, "closed"),
)
"""Who says what: the sender (0) or the recipient (1)."""
AT_ONCE = 500
"""So many referrals are under way at a time."""
BEGAN = datetime(2026, 11, 2, 0, 0, tzinfo=UTC)
_NAMES = UUID(int=11)


@dataclass(slots=True)
class SyntheticRecord:
    """A record with headers, and a body that is no JSON: nobody is to read it."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    headers: Sequence[tuple[str, bytes]]
    value: bytes | None = b"\xff sealed"


def synthetic_records(
    events: int, sender: Address = SENDER, recipient: Address = RECIPIENT
) -> Iterator[tuple[SyntheticRecord, Mailbox]]:
    """Give records in the order of the broker's time, some hundreds of referrals under way side by side."""
    offsets: dict[tuple[str, int], int] = {}
    number = 0
    while number < events:
        first = number // len(STORY)
        for step in range(len(STORY)):
            for place in range(AT_ONCE):
                if number == events:
                    return
                yield _record(uuid5(_NAMES, str(first + place)), step, number, (sender, recipient), offsets)
                number += 1


def _record(
    key: UUID,
    step: int,
    number: int,
    parties: tuple[Address, Address],
    offsets: dict[tuple[str, int], int],
) -> tuple[SyntheticRecord, Mailbox]:
    side, word = STORY[step]
    source, recipient = parties[side], parties[1 - side]
    mailbox = next(each for each in mailboxes_of(recipient) if each.family is Family.REFERRAL)
    kind = EVENT_TYPES[f"referral.{word}.v1"]
    at = BEGAN + timedelta(milliseconds=number)
    written = Envelope(
        id=uuid5(key, str(step)),
        source=source,
        type=kind.type,
        time=at,
        subject=str(key),
        recipient=recipient,
        dataschema=kind.dataschema,
        sequence=1 + sum(who == side for who, _ in STORY[:step]),
        journey=uuid5(key, "journey"),
        causation=str(uuid5(key, str(step - 1))) if step else None,
    )
    partition = partition_of(str(key).encode())
    offset = offsets.get((mailbox.topic, partition), 0)
    offsets[mailbox.topic, partition] = offset + 1
    record = SyntheticRecord(
        mailbox.topic,
        partition,
        offset,
        int(at.timestamp() * 1000),
        str(key).encode(),
        envelope.write(written),
    )
    return record, mailbox
