"""What is heard and what is said, between the wire and the work: an event, and one before it is numbered."""

from dataclasses import dataclass
from uuid import UUID

from ieum_contracts.address import Address
from ieum_contracts.envelope import Envelope
from ieum_contracts.model import Model


@dataclass(frozen=True, slots=True)
class Event:
    """An event that proved its place and was understood."""

    envelope: Envelope
    body: Model


@dataclass(frozen=True, slots=True)
class Say:
    """What an agency wants to say; `id` is given where it must be known beforehand, as that of an ask."""

    to: Address
    key: UUID
    journey: UUID | None
    body: Model
    id: UUID | None = None
