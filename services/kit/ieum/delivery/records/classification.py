"""Classifies a batch before its transaction: events, notices, and records whose place is not verified."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.records.received import Record, UnverifiedRecord, VerifiedEvent
from ieum.delivery.records.verification import verify, verify_notice
from ieum.delivery.streams.peers import Peers
from ieum_contracts.address import Address
from ieum_contracts.message import Event
from ieum_contracts.topics import Family, topic_of


@dataclass(slots=True)
class ClassifiedBatch:
    """A batch's records by class, each in the order of arrival."""

    heard: list[VerifiedEvent] = field(default_factory=list)
    notices: list[Event] = field(default_factory=list)
    misplaced: list[UnverifiedRecord] = field(default_factory=list)

    def sources(self) -> set[Address]:
        """Return the agencies that the records claim to come from."""
        return {h.envelope.source for h in self.heard} | {n.envelope.source for n in self.notices}


async def classify(records: Sequence[Record], context: DeliveryContext) -> ClassifiedBatch:
    """Check envelope and place of every record, and read the bodies; raises one of RETRYABLE.

    When some come from unknown addresses, all are classified again, so that none of theirs is taken in.
    """
    found = _sort(records, context.me, context.peers, ())
    strangers = await context.agencies.strangers(found.sources())
    return _sort(records, context.me, context.peers, strangers) if strangers else found


def _sort(
    records: Sequence[Record], me: Address, peers: Peers, strangers: Collection[Address]
) -> ClassifiedBatch:
    found = ClassifiedBatch()
    delivery = topic_of(me, Family.DELIVERY)
    for record in records:
        match verify_notice(record, me) if record.topic == delivery else verify(record, me):
            case UnverifiedRecord() as misplaced:
                found.misplaced.append(misplaced)
            case proved if proved.envelope.source in strangers:
                found.misplaced.append(UnverifiedRecord(record, "place.source-unknown"))
            case proved if peers.full and proved.envelope.source not in peers:
                found.misplaced.append(UnverifiedRecord(record, "place.source"))
            case VerifiedEvent() as heard:
                found.heard.append(heard)
            case notice:
                found.notices.append(notice)
    return found
