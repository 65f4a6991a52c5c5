"""Telling a story: every event gets its id, time, number and cause, as an agency would give them."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from ieum_contracts import envelope
from ieum_contracts.address import Address
from ieum_contracts.capacity import CapacityChanged
from ieum_contracts.catalogue import EVENT_TYPES, dataschema_of, encode, type_of
from ieum_contracts.envelope import Envelope
from ieum_contracts.lifecycle import Mover
from ieum_contracts.model import Model
from ieum_contracts.programme import ProgrammePublished
from ieum_contracts.story.partition import partition_of
from ieum_contracts.topics import MAILBOX_PARTITIONS, STREAM_FAMILIES, Family, topic_of

REQUEST = "request-"
Stream = tuple[Address, Address, Family, str]


@dataclass(frozen=True, slots=True)
class Message:
    """One record of the story; `by` is who made it be said, `label` tells it from others of its type."""

    envelope: Envelope
    topic: str
    partition: int
    body: bytes
    by: Mover
    label: str = ""

    @property
    def headers(self) -> list[tuple[str, bytes]]:
        """Give the record's headers."""
        return envelope.write(self.envelope)

    @property
    def digest(self) -> str:
        """Give the digest under which a hearer keeps it."""
        return envelope.digest(envelope.canonical(self.headers), self.body).hex()


class Teller:
    """Tells what agencies say, one after the other; each word takes a minute."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.told: list[Message] = []
        self.said: dict[Stream, int] = defaultdict(int)
        self._ids = 0
        self._requests = 0

    def wait(self, **time: float) -> None:
        """Let time pass."""
        self.now += timedelta(**time)

    def new_id(self) -> UUID:
        """Make a UUID of version 7: it sorts by time, and the rest of it is a count."""
        self._ids += 1
        milliseconds = int(self.now.timestamp() * 1000)
        return UUID(int=milliseconds << 80 | 0x7 << 76 | 0b10 << 62 | self._ids)

    def request(self) -> str:
        """Name the next request of an agency's own system: what causes what nobody's event caused."""
        self._requests += 1
        return f"{REQUEST}{self._requests:04}"

    def say(  # noqa: PLR0913 - what an event is made of
        self,
        source: Address,
        to: Address,
        key: UUID | str,
        body: Model,
        *,
        by: Mover = Mover.SYSTEM,
        journey: UUID | None = None,
        cause: str | None = None,
        label: str = "",
        event_id: UUID | None = None,
    ) -> Message:
        """Say something on the stream of its key, under the next number where its family is numbered."""
        family = EVENT_TYPES[type_of(body)].family
        numbered = family in STREAM_FAMILIES
        stream = (source, to, family, str(key))
        self.said[stream] += numbered
        event = Envelope(
            id=event_id or self.new_id(),
            source=source,
            type=type_of(body),
            time=self.now,
            subject=str(key),
            recipient=to,
            dataschema=dataschema_of(body),
            sequence=self.said[stream] if numbered else None,
            journey=journey,
            causation=cause,
        )
        partitions = MAILBOX_PARTITIONS if numbered else 1
        at = partition_of(event.subject, partitions)
        message = Message(event, topic_of(to, family), at, encode(body), by, label)
        self.told.append(message)
        self.wait(minutes=1)
        return message

    @staticmethod
    def is_stream(family: Family) -> bool:
        """Tell whether events of a family are numbered."""
        return family in STREAM_FAMILIES

    def publish(self, owner: Address, programme: Mapping[str, object], label: str = "") -> Message:
        """Let an agency say what it offers."""
        body = ProgrammePublished.model_validate(programme)
        return self.say(owner, owner, f"programme:{body.programme}", body, label=label)

    def tell_room(self, owner: Address, room: Mapping[str, object], label: str = "") -> Message:
        """Let an agency say how much room a programme has."""
        body = CapacityChanged.model_validate(room)
        return self.say(owner, owner, f"capacity:{body.programme}", body, label=label)
