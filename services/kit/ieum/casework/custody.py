"""Who holds a referral, in what state, until when: the events of both sides put into one order and folded."""

from collections.abc import Iterable, Iterator, Sequence

from ieum.casework.business_days import BusinessCalendar
from ieum.casework.referral_fold import REQUESTED, Custody, ReferralFold, Said
from ieum_contracts.catalogue import EVENT_TYPES, Party

_SENDER, _RECIPIENT = frozenset({Party.SENDER}), frozenset({Party.RECIPIENT})


def custody_of(events: Sequence[Said], calendar: BusinessCalendar) -> Custody | None:
    """Fold the events of one referral; None when they do not say who sent it to whom."""
    fold = fold_of(events, calendar)
    return None if fold is None else fold.custody()


def fold_of(events: Sequence[Said], calendar: BusinessCalendar) -> ReferralFold | None:
    """Fold the events of one referral, so that later ones can be taken in one by one; None as above."""
    parties = parties_of(events)
    if parties is None:
        return None
    ordered = list(merged(events, *parties))
    first = next((each for each in ordered if each.type == REQUESTED), ordered[0])
    fold = ReferralFold(*parties, first, calendar)
    for each in ordered:
        fold.take(each)
    return fold


def merged(events: Iterable[Said], sender: int, recipient: int) -> Iterator[Said]:
    """Put the events of both sides into one order: each side's by number, the two by the broker's time.

    What one side says because of an event was sent after the broker had taken that one.
    """
    mine = sorted(
        (each for each in events if each.source == sender and each.recipient == recipient), key=_number
    )
    theirs = sorted(
        (each for each in events if each.source == recipient and each.recipient == sender), key=_number
    )
    while mine and theirs:
        yield (mine if mine[0].sent_at <= theirs[0].sent_at else theirs).pop(0)
    yield from (*mine, *theirs)


def _number(each: Said) -> int:
    return each.sequence


def parties_of(events: Sequence[Said]) -> tuple[int, int] | None:
    """Tell sender and recipient: of the request, else of what only one side may say."""
    for each in sorted(events, key=lambda each: (each.type != REQUESTED, each.sent_at)):
        known = EVENT_TYPES.get(each.type)
        if known is not None and known.by == _SENDER:
            return each.source, each.recipient
        if known is not None and known.by == _RECIPIENT:
            return each.recipient, each.source
    return None
