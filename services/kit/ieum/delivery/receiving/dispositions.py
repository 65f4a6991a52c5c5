"""The one table of fates: what happens to an event that cannot simply be applied, and under which code."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Fate(StrEnum):
    """What becomes of a record; every reason code has exactly one."""

    QUARANTINED = "quarantined"  # its place is not proved: kept aside, no stream is touched
    REFUSED = "refused"  # its place is proved, its content is wrong: the number is consumed, nothing changes
    PARKED = "parked"  # not understood, early, or our own failure: kept, tried again, later events wait
    DROPPED = "dropped"  # heard before with the same digest


FATES: Mapping[str, Fate] = MappingProxyType(
    {
        "record.unreadable": Fate.QUARANTINED,
        "envelope.structured-mode": Fate.QUARANTINED,
        "envelope.header-missing": Fate.QUARANTINED,
        "envelope.header-repeated": Fate.QUARANTINED,
        "envelope.header-not-text": Fate.QUARANTINED,
        "envelope.header-invalid": Fate.QUARANTINED,
        "envelope.header-too-large": Fate.QUARANTINED,
        "envelope.headers-too-many": Fate.QUARANTINED,
        "envelope.headers-too-large": Fate.QUARANTINED,
        "envelope.specversion": Fate.QUARANTINED,
        "place.key": Fate.QUARANTINED,
        "place.partition": Fate.QUARANTINED,
        "place.topic": Fate.QUARANTINED,
        "place.recipient": Fate.QUARANTINED,
        "place.source": Fate.QUARANTINED,
        "place.sequence": Fate.QUARANTINED,
        "notice.invalid": Fate.QUARANTINED,
        "sequence.conflict": Fate.QUARANTINED,  # and the stream stops until an operator decides
        "body.too-large": Fate.REFUSED,
        "body.not-json": Fate.REFUSED,
        "body.invalid": Fate.REFUSED,
        "body.identifier": Fate.REFUSED,
        "wrong-party": Fate.REFUSED,
        "move-not-allowed": Fate.REFUSED,
        "answers-unknown": Fate.REFUSED,
        "referral-known": Fate.REFUSED,
        "type.unknown": Fate.PARKED,
        "version.unknown": Fate.PARKED,
        "value.unknown": Fate.PARKED,
        "awaiting-referral": Fate.PARKED,
        "sequence.gap": Fate.PARKED,
        "stream.waiting": Fate.PARKED,
        "fold.failed": Fate.PARKED,
        "sequence.duplicate": Fate.DROPPED,
    },
)
"""Reason code → fate. A refusal by the application keeps the application's own code and is REFUSED."""


def fate_of(reason: str) -> Fate:
    """Look a reason code up; a code that only the application knows is a refusal."""
    return FATES.get(reason, Fate.REFUSED)
