"""A change of eligibility reaches every agency with a referral of the journey under way, once, and then ends.

Three agencies refer one client among them in a circle: employment to welfare, welfare to the job centre, and
the job centre back to employment. What one says goes round both ways, and nobody hears it as news twice.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from itertools import permutations

import pytest

from ieum.casework.conflicts import EXCLUSIONS, conflicts_of, standing_after, with_conflicts
from ieum.casework.eligibility_changes import change_eligibility, conclude, finish, hear_change, hear_outcome
from ieum.casework.known_change import ToDoResult
from ieum.casework.loaded_cases import LoadedCases
from ieum.casework.refusals import Guard, Refusal
from ieum.casework.values import Change, Referral
from ieum_contracts.address import Address
from ieum_contracts.codes import ClosedAs, Outcome, State
from ieum_contracts.decisions import ReferralCompleted
from ieum_contracts.eligibility import EligibilityChanged, Standing
from ieum_contracts.lifecycle import RecipientCopy, SenderCopy
from ieum_contracts.message import Event, Say
from ieum_contracts.model import LIST_ITEMS_MAX
from tests.kit.casework.agencies import START, event_of, new_id

EMPLOYMENT, WELFARE, JOBS, STRANGER = (
    Address("yangju", each)
    for each in ("employment-center", "city-welfare-team", "city-job-center", "veterans-center")
)
GRANTED = EligibilityChanged.model_validate(
    {"programme": "livelihood", "old": "likely", "new": "granted", "effective_on": "2026-07-01"}
)
JOURNEY = new_id()


def test_no_more_conflicts_are_listed_than_a_body_may_hold() -> None:
    listed = [{"programme": f"p-{n}", "rule": "r", "citation": "c"} for n in range(LIST_ITEMS_MAX)]
    change = EligibilityChanged.model_validate(
        {"programme": "job-seeking-benefit", "old": "likely", "new": "granted", "effective_on": "2026-07-01"}
        | {"conflicts": listed}
    )
    assert with_conflicts(change, START.date()).conflicts == change.conflicts
    assert with_conflicts(change.model_copy(update={"conflicts": ()}), START.date()).conflicts


class Centre:
    """Agencies in memory, each with its copies of the journey's referrals, and what lies in the mailboxes."""

    def __init__(
        self, edges: Iterable[tuple[Address, Address, str]], state: State = State.IN_PROGRESS
    ) -> None:
        self.known: dict[Address, LoadedCases] = {}
        self.mailbox: deque[Event] = deque()
        self.said: list[tuple[Address, Say]] = []
        self.ids = {}
        copies: dict[Address, list[Referral]] = {}
        for sender, recipient, programme in edges:
            of_sender = Referral(
                new_id(), JOURNEY, recipient, programme, SenderCopy(state), b"{}", b"{}", START, START
            )
            copies.setdefault(sender, []).append(of_sender)
            copies.setdefault(recipient, []).append(
                replace(of_sender, peer=sender, copy=RecipientCopy(state))
            )
            self.ids[sender, recipient] = of_sender.id
        for agency, referrals in copies.items():
            self.known[agency] = LoadedCases(referrals)

    def take(self, agency: Address, change: Change | Refusal) -> None:
        assert isinstance(change, Change)
        self.known[agency].take(change)
        for say in change.says:
            self.said.append((agency, say))
            self.mailbox.append(event_of(say, agency, START))

    def change(self, agency: Address, to: Address, body: EligibilityChanged = GRANTED) -> None:
        known = self.known[agency]
        referral = known.referrals[self.ids.get((agency, to)) or self.ids[to, agency]]
        self.take(agency, change_eligibility(referral, body, known, START, new_id()))

    def deliver(self) -> None:
        while self.mailbox:
            event = self.mailbox.popleft()
            known, body = self.known[event.envelope.recipient], event.body
            assert isinstance(body, EligibilityChanged)
            referral = next(
                each for each in known.referrals.values() if str(each.id) == event.envelope.subject
            )
            self.take(event.envelope.recipient, hear_change(referral, event, body, known, START))

    def to_do(self, agency: Address) -> list[tuple[str, str]]:
        known = self.known[agency]
        return [
            (known.referrals[each.referral].programme, each.programme)
            for each in known.changes_of(JOURNEY)
            if each.to_do and each.done_at is None
        ]


CIRCLE = (
    (EMPLOYMENT, WELFARE, "livelihood"),
    (WELFARE, JOBS, "job-counselling"),
    (JOBS, EMPLOYMENT, "employment-support-1"),
)


@pytest.mark.parametrize(("first", "to"), list(permutations((EMPLOYMENT, WELFARE, JOBS), 2)))
def test_in_a_circle_everybody_hears_it_once_as_something_to_do(first: Address, to: Address) -> None:
    centre = Centre(CIRCLE)
    centre.change(first, to)
    centre.deliver()
    for agency in {EMPLOYMENT, WELFARE, JOBS} - {first}:
        assert len(centre.to_do(agency)) == 1, agency
    bodies = [say.body for _, say in centre.said if isinstance(say.body, EligibilityChanged)]
    assert {body.change for body in bodies} <= {None, centre.said[0][1].id}
    told = [(source, say.to) for source, say in centre.said]
    assert len(told) == len(set(told)), "nobody tells the same agency twice"
    assert len(told) <= 2 * len(CIRCLE)


def test_what_it_rules_out_shows_where_it_is_served() -> None:
    centre = Centre(CIRCLE)
    centre.change(WELFARE, JOBS)
    centre.deliver()
    assert centre.to_do(EMPLOYMENT) == [("employment-support-1", "livelihood")]
    assert centre.to_do(JOBS) == [("job-counselling", "livelihood")]
    assert centre.to_do(WELFARE) == []


def test_it_travels_along_a_chain_and_never_to_an_agency_without_a_referral() -> None:
    centre = Centre(((EMPLOYMENT, WELFARE, "livelihood"), (WELFARE, JOBS, "job-counselling")))
    centre.change(EMPLOYMENT, WELFARE)
    centre.deliver()
    assert [(source, say.to) for source, say in centre.said] == [(EMPLOYMENT, WELFARE), (WELFARE, JOBS)]
    assert [say.key for _, say in centre.said] == list(centre.ids.values())
    assert STRANGER not in {say.to for _, say in centre.said}


def test_an_ended_or_withdrawn_referral_is_no_edge() -> None:
    for copy in (SenderCopy(State.CLOSED, closed_as=ClosedAs.COMPLETED), SenderCopy(withdrawn=True)):
        centre = Centre(((EMPLOYMENT, WELFARE, "livelihood"), (WELFARE, JOBS, "job-counselling")))
        over = centre.known[WELFARE].referrals[centre.ids[WELFARE, JOBS]]
        centre.known[WELFARE].take(Change(replace(over, copy=copy)))
        centre.change(EMPLOYMENT, WELFARE)
        centre.deliver()
        assert [say.to for _, say in centre.said] == [WELFARE]


def test_a_change_that_rules_nothing_out_stays_between_the_two() -> None:
    centre = Centre(CIRCLE)
    centre.change(WELFARE, JOBS, GRANTED.model_copy(update={"new": Standing.REFUSED}))
    centre.deliver()
    assert [say.to for _, say in centre.said] == [JOBS]
    assert len(centre.to_do(JOBS)) == 1


def test_the_same_change_said_again_is_the_same_change() -> None:
    """Also where an agency that knows no ids says it: then by its content."""
    centre = Centre(CIRCLE)
    centre.change(WELFARE, JOBS)
    centre.change(WELFARE, EMPLOYMENT)
    centre.deliver()
    assert len(centre.to_do(EMPLOYMENT)) == len(centre.to_do(JOBS)) == 1
    foreign = GRANTED.model_copy(update={"change": None})
    key = centre.ids[WELFARE, JOBS]
    centre.mailbox.append(event_of(Say(JOBS, key, JOURNEY, foreign), WELFARE, START))
    before = len(centre.said)
    centre.deliver()
    assert (len(centre.to_do(JOBS)), len(centre.said)) == (1, before)


@pytest.mark.parametrize(
    ("programme", "standing", "ruled_out"),
    [
        ("job-seeking-benefit", Standing.GRANTED, {"employment-support-1", "employment-support-1-selective"}),
        ("job-seeking-benefit", Standing.ENDED, {"employment-support-1", "employment-support-1-selective"}),
        ("job-seeking-benefit", Standing.LIKELY, set()),
        ("employment-support-1", Standing.GRANTED, {"job-seeking-benefit"}),
        ("employment-support-1", Standing.DEFERRED, set()),
        ("employment-support-2", Standing.GRANTED, set()),
        ("livelihood", Standing.GRANTED, {"employment-support-1", "employment-support-1-selective"}),
        ("livelihood", Standing.ENDED, set()),
        ("medical", Standing.GRANTED, set()),
        ("career-change-allowance", Standing.GRANTED, {"military-pension"}),
        ("military-pension", Standing.GRANTED, {"career-change-allowance"}),
    ],
)
def test_the_table_of_conflicts_is_that_of_the_design(
    programme: str, standing: Standing, ruled_out: set[str]
) -> None:
    assert {each.programme for each in conflicts_of(programme, standing)} == ruled_out


@pytest.mark.parametrize(("ended", "rules_out"), [("2026-06-01", True), ("2026-05-30", False)])
def test_a_benefit_that_ended_rules_out_for_six_months(ended: str, rules_out: bool) -> None:
    since, on = date.fromisoformat(ended), date(2026, 11, 30)
    assert bool(conflicts_of("job-seeking-benefit", Standing.ENDED, since, on)) is rules_out
    assert conflicts_of("job-seeking-benefit", Standing.GRANTED, since, on)


def test_no_programme_excludes_itself_and_every_exclusion_is_cited() -> None:
    for each in EXCLUSIONS:
        assert not set(each.programmes) & set(each.others)
        assert each.citation


@pytest.mark.parametrize(
    ("programme", "outcome", "standing"),
    [
        ("livelihood", Outcome.BENEFIT_GRANTED, Standing.GRANTED),
        ("medical", Outcome.BENEFIT_GRANTED, None),
        ("livelihood", Outcome.NOT_MET, None),
        ("job-placement", Outcome.EMPLOYED, Standing.ENDED),
        ("employment-support-1", Outcome.EMPLOYED, None),
        ("livelihood", Outcome.SERVICE_PROVIDED, None),
    ],
)
def test_an_outcome_says_what_others_must_know(
    programme: str, outcome: Outcome, standing: Standing | None
) -> None:
    found = standing_after(programme, outcome)
    assert (None if found is None else found[0]) == standing


def test_a_completed_referral_tells_the_journey_by_itself() -> None:
    """The sender takes it from the outcome, the others from the recipient; both name the decision's id."""
    centre = Centre(CIRCLE)
    welfare, employment = centre.known[WELFARE], centre.known[EMPLOYMENT]
    key, decision = centre.ids[EMPLOYMENT, WELFARE], new_id()
    completed = ReferralCompleted(outcome=Outcome.BENEFIT_GRANTED)
    after = replace(welfare.referrals[key], outcome=Outcome.BENEFIT_GRANTED)
    change = conclude(
        Change(after, says=(Say(EMPLOYMENT, key, JOURNEY, completed),)), welfare, START, decision
    )
    assert [(say.to, say.id == decision) for say in change.says] == [(EMPLOYMENT, True), (JOBS, False)]
    event = event_of(change.says[0], WELFARE, START)
    centre.take(WELFARE, replace(change, says=change.says[1:]))
    heard = replace(employment.referrals[key], outcome=Outcome.BENEFIT_GRANTED)
    centre.take(EMPLOYMENT, hear_outcome(Change(heard), event, employment, START))
    centre.deliver()
    bodies = [say.body for _, say in centre.said if isinstance(say.body, EligibilityChanged)]
    assert {(body.old, body.new, body.change) for body in bodies} == {
        (Standing.NOT_ASSESSED, Standing.GRANTED, decision)
    }
    assert centre.to_do(EMPLOYMENT) == [("employment-support-1", "livelihood")]
    assert len(centre.to_do(JOBS)) == 1
    assert centre.to_do(WELFARE) == []


def test_what_is_done_is_done_once() -> None:
    centre = Centre(CIRCLE)
    centre.change(WELFARE, JOBS)
    centre.deliver()
    known = centre.known[JOBS]
    (to_do,) = known.changes_of(JOURNEY)
    referral = known.referrals[to_do.referral]
    done = finish(referral, to_do, ToDoResult.ACTED, START)
    assert isinstance(done, Change)
    known.take(done)
    assert centre.to_do(JOBS) == []
    again = finish(referral, known.changes_of(JOURNEY)[0], ToDoResult.ACTED, START)
    assert isinstance(again, Refusal)
    assert again.guard is Guard.MOVE
    unknown = finish(referral, None, ToDoResult.ACTED, START)
    assert isinstance(unknown, Refusal)
    assert unknown.guard is Guard.NOT_FOUND
