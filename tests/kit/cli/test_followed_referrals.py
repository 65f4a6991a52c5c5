"""Where a referral stands is said with each of its events, as far as these were seen."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from ieum.casework.business_days import WEEKDAYS
from ieum.cli import followed_referrals
from ieum.cli.followed_referrals import FollowedReferrals, Standing
from ieum_contracts.address import Address
from ieum_contracts.codes import State
from ieum_contracts.envelope import Envelope

SENDER, RECIPIENT = Address("centre", "sender"), Address("centre", "recipient")
MONDAY = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
REFERRAL = UUID(int=1)


def event(
    minute: int, source: Address, sequence: int | None, name: str, referral: UUID = REFERRAL
) -> tuple[Envelope, int]:
    """Make what a record's headers say, and the broker's time of it."""
    at = MONDAY + timedelta(minutes=minute)
    recipient = RECIPIENT if source == SENDER else SENDER
    event_id = uuid5(referral, f"{source}{sequence}{name}")
    told = Envelope(event_id, source, f"{name}.v1", at, str(referral), recipient, "-", sequence)
    return told, int(at.timestamp() * 1000)


def test_each_event_tells_the_state_after_it_and_whose_move_it_is() -> None:
    followed = FollowedReferrals(WEEKDAYS)
    story = [
        followed.take(*event(0, SENDER, 1, "referral.requested")),
        followed.take(*event(1, RECIPIENT, 1, "referral.received")),
        followed.take(*event(2, RECIPIENT, 2, "referral.info-requested")),
        followed.take(*event(3, SENDER, 2, "referral.cancel-requested")),
        followed.take(*event(4, RECIPIENT, 3, "referral.cancelled")),
    ]

    assert [None if each is None else (each.state, each.holder) for each in story] == [
        (State.REQUESTED, "recipient"),
        (State.RECEIVED, "recipient"),
        (State.INFO_REQUESTED, "sender"),
        (State.INFO_REQUESTED, "recipient"),
        (State.CANCELLED, None),
    ]
    assert isinstance(story[2], Standing)
    assert story[2].due_at is not None


def test_the_two_sides_may_come_in_either_order() -> None:
    followed = FollowedReferrals(WEEKDAYS)
    followed.take(*event(1, RECIPIENT, 1, "referral.received"))
    found = followed.take(*event(0, SENDER, 1, "referral.requested"))

    assert found is not None
    assert found.state is State.RECEIVED


def test_a_record_that_is_read_twice_changes_nothing() -> None:
    followed = FollowedReferrals(WEEKDAYS)
    first = followed.take(*event(0, SENDER, 1, "referral.requested"))

    assert followed.take(*event(0, SENDER, 1, "referral.requested")) == first


def test_nothing_is_said_where_earlier_events_were_not_seen() -> None:
    followed = FollowedReferrals(WEEKDAYS)

    assert followed.take(*event(9, RECIPIENT, 4, "referral.started")) is None
    assert followed.take(*event(9, RECIPIENT, None, "capacity.changed")) is None
    assert followed.take(*event(9, SENDER, 1, "eligibility.assessed")) is None
    assert followed.take(*event(9, SENDER, 1, "referral.of-tomorrow")) is None


def test_the_referrals_that_passed_first_are_forgotten() -> None:
    followed = FollowedReferrals(WEEKDAYS)
    for number in range(followed_referrals.REFERRALS_MAX + 1):
        followed.take(*event(0, SENDER, 1, "referral.requested", UUID(int=number)))

    assert followed.take(*event(1, SENDER, 2, "referral.cancel-requested", UUID(int=0))) is None
    assert followed.take(*event(1, SENDER, 2, "referral.cancel-requested", UUID(int=2))) is not None
