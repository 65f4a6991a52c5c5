"""The shorter journeys of the story: four clients and an employer, each with another end."""

from datetime import timedelta

from ieum_contracts.codes import AskType, Decision
from ieum_contracts.eligibility import EligibilityChanged
from ieum_contracts.referral import Visit
from ieum_contracts.story import people, trouble
from ieum_contracts.story.people import EMPLOYMENT, JOBS, WELFARE, WOMEN, consent
from ieum_contracts.story.referral import Told
from ieum_contracts.story.telling import Teller

_D, _A = Decision, AskType


def employer(teller: Teller) -> None:
    """Let an employer be referred, by mistake, and the referral be cancelled at once."""
    teller.wait(days=1)
    told = Told(teller, WOMEN, JOBS).request(people.hiring(), "employer")
    told.answer(_D.RECEIVED, "employer")
    teller.wait(hours=1)
    told.ask(_A.CANCEL_REQUESTED, "employer", reason="entered-in-error")


def declined(teller: Teller) -> None:
    """Let a worker decline a client."""
    asked = people.seeking_benefit(
        "나다라 시험", people.agreed(teller.new_id(), teller.now), assessment_skipped="not-asked"
    )
    told = Told(teller, WELFARE, EMPLOYMENT).request(asked, "second-client")
    told.answer(_D.RECEIVED, "second-client")
    teller.wait(hours=4)
    told.decide(
        _D.DECLINED,
        reason="not-eligible",
        failed_rules=["able-to-work"],
        suggestions=[{"agency": str(JOBS), "programme": "job-counselling"}],
    )


def redirected(teller: Teller) -> Told:
    """Let a worker point to another agency."""
    teller.wait(days=1)
    asked = people.seeking_benefit(
        "다라마 시험", people.agreed(teller.new_id(), teller.now), assessment_skipped="urgent"
    )
    told = Told(teller, WELFARE, EMPLOYMENT).request(asked, "third-client")
    told.answer(_D.RECEIVED, "third-client")
    teller.wait(hours=4)
    suggestion = {"agency": str(JOBS), "programme": "job-counselling"}
    told.decide(_D.REDIRECTED, reason="no-capacity", suggestion=suggestion)
    return told


def withdrawn(teller: Teller, parent: Told) -> None:
    """Follow the redirection, until the client withdraws consent."""
    teller.wait(days=1)
    artefact = teller.new_id()
    agreed = consent(artefact, JOBS, people.COUNSELLING, teller.now - timedelta(minutes=10))
    visit = Visit(agency=str(EMPLOYMENT), programme="job-seeking-benefit", at=parent.requested_at)
    asked = people.seeking_counsel("다라마 시험", agreed, parent=parent.id, path=[visit])
    told = Told(teller, WELFARE, JOBS, parent.journey).request(asked, "after-redirection")
    change = EligibilityChanged.model_validate(
        {
            "programme": "livelihood",
            "old": "likely",
            "new": "granted",
            "effective_on": "2026-09-20",
            "conflicts": [
                {
                    "programme": "employment-support-1",
                    "rule": "livelihood-ends-allowance",
                    "citation": "구직자취업촉진법 29(1)4",
                }
            ],
        }
    )
    early = told.tell(change, by_sender=True)
    trouble.early(teller, early)
    told.answer(_D.RECEIVED, "after-redirection")
    trouble.resumed(teller, early)
    teller.wait(days=2)
    told.ask(_A.CONSENT_WITHDRAWN, artefact=artefact, scope="referral", said_at=teller.now)


def unanswered(teller: Teller) -> None:
    """Let nobody decide, then nobody acknowledge: the sender's clock reminds, the recipient's closes."""
    teller.wait(days=1)
    asked = people.seeking_benefit(
        "바사아 시험", people.agreed(teller.new_id(), teller.now), assessment_skipped="not-asked"
    )
    told = Told(teller, WELFARE, EMPLOYMENT).request(asked, "unanswered")
    due = teller.now + timedelta(days=5)
    told.answer(_D.RECEIVED, "unanswered", decision_due_at=due)
    teller.wait(days=6)
    told.remind(clock="decision", level="overdue", due_at=due)
    teller.wait(hours=1)
    told.decide(_D.ACCEPTED, "unanswered")
    teller.wait(days=2)
    told.decide(_D.COMPLETED, "unanswered", outcome="information-only")
    teller.wait(days=8)
    told.run_out(_D.CLOSED, "unanswered", cause="unacknowledged", closed_as="completed")


def expired(teller: Teller) -> None:
    """Let a question stay without an answer until a clock ends the referral."""
    teller.wait(days=1)
    asked = people.seeking_benefit(
        "라마바 시험", people.agreed(teller.new_id(), teller.now), assessment_skipped="client-unwilling"
    )
    trouble.refused(teller, WELFARE, EMPLOYMENT, asked)
    told = Told(teller, WELFARE, EMPLOYMENT).request(asked, "corrected")
    told.answer(_D.RECEIVED, "corrected")
    teller.wait(hours=2)
    due = teller.now + timedelta(days=7)
    told.decide(_D.INFO_REQUESTED, "never-answered", questions=["income"], due_at=due)
    teller.wait(days=8)
    told.run_out(_D.EXPIRED, clock="info-request")
