"""The one table of dispositions: what happens to an event that cannot be applied, by reason code."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Disposition(StrEnum):
    """What happens to a record; every reason code has exactly one."""

    QUARANTINED = "quarantined"  # its place is not verified: stored apart, no stream changes
    REFUSED = "refused"  # its place is verified, its content wrong: the number is consumed, nothing changes
    PARKED = "parked"  # not understood, early, or our own failure: stored and retried, later events wait
    DROPPED = "dropped"  # heard before with the same digest


FATES: Mapping[str, Disposition] = MappingProxyType(
    {
        "record.unreadable": Disposition.QUARANTINED,
        "envelope.structured-mode": Disposition.QUARANTINED,
        "envelope.header-missing": Disposition.QUARANTINED,
        "envelope.header-repeated": Disposition.QUARANTINED,
        "envelope.header-not-text": Disposition.QUARANTINED,
        "envelope.header-invalid": Disposition.QUARANTINED,
        "envelope.header-too-large": Disposition.QUARANTINED,
        "envelope.headers-too-many": Disposition.QUARANTINED,
        "envelope.headers-too-large": Disposition.QUARANTINED,
        "envelope.specversion": Disposition.QUARANTINED,
        "place.key": Disposition.QUARANTINED,
        "place.partition": Disposition.QUARANTINED,
        "place.topic": Disposition.QUARANTINED,
        "place.recipient": Disposition.QUARANTINED,
        "place.source": Disposition.QUARANTINED,
        "place.source-unknown": Disposition.QUARANTINED,  # no agency of the centre
        "place.sequence": Disposition.QUARANTINED,
        "notice.invalid": Disposition.QUARANTINED,
        "sequence.conflict": Disposition.QUARANTINED,  # and the stream stops until an operator decides
        "body.too-large": Disposition.REFUSED,
        "body.not-json": Disposition.REFUSED,
        "body.invalid": Disposition.REFUSED,
        "body.identifier": Disposition.REFUSED,
        "body.erased": Disposition.REFUSED,  # it waited when the client withdrew
        "wrong-party": Disposition.REFUSED,
        "move-not-allowed": Disposition.REFUSED,
        "answers-unknown": Disposition.REFUSED,
        "referral-known": Disposition.REFUSED,
        "case-of-another-journey": Disposition.REFUSED,
        "case-differs": Disposition.REFUSED,
        "consent-withdrawn": Disposition.REFUSED,
        "parent-of-another-journey": Disposition.REFUSED,
        "type.unknown": Disposition.PARKED,
        "version.unknown": Disposition.PARKED,
        "value.unknown": Disposition.PARKED,
        "awaiting-referral": Disposition.PARKED,
        "sequence.gap": Disposition.PARKED,
        "stream.waiting": Disposition.PARKED,
        "fold.failed": Disposition.PARKED,
        "sequence.duplicate": Disposition.DROPPED,
    },
)
"""Reason code → disposition. A refusal by the application keeps the application's code and is REFUSED."""


def disposition_of(reason: str) -> Disposition:
    """Return the disposition of a reason code; a code that only the application knows is a refusal."""
    return FATES.get(reason, Disposition.REFUSED)
