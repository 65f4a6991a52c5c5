"""The conversations that an agency has to be able to hold, each led through the lifecycle."""

from collections.abc import Iterator, Mapping
from uuid import UUID

from ieum_contracts.case import CaseFollowedUp
from ieum_contracts.codes import AskType, Decision
from ieum_contracts.eligibility import EligibilityChanged
from ieum_contracts.story.conversing import (
    SUGGESTION,
    accepted,
    begun,
    close_case,
    finish,
    received,
    whole,
)
from ieum_contracts.story.referral import Told
from ieum_contracts.story.transcript import Role, Transcript
from ieum_contracts.story.transcripts_of_asking import transcripts_of_asking
from ieum_contracts.story.transcripts_of_trouble import transcripts_of_trouble

_D, _A = Decision, AskType
_ARTEFACT = UUID("0198c0de-0000-7000-8000-0000000000c1")


def transcript_files() -> Mapping[str, str]:
    """Give every transcript's text by its file."""
    return {
        f"transcripts/{each.name}.jsonl": each.text()
        for each in (*_of_work(), *transcripts_of_asking(), *transcripts_of_trouble())
    }


def _of_work() -> Iterator[Transcript]:
    yield whole("closed", "From the request to the end of the case: the work is done.", _closed())
    yield whole("declined", "The recipient's worker does not take the client.", _declined())
    yield whole(
        "not-offered",
        "The recipient offers no such programme: its system declines at once.",
        _not_offered(),
        roles=(Role.RECIPIENT,),
    )
    yield whole("info-supplied", "Something has to be known first; the sender supplies it.", _supplied())
    yield whole("redirected", "Another agency serves the client better.", _redirected())
    yield whole("amended", "News, and a cancellation before the client is accepted.", _amended())
    yield whole(
        "cancelled", "Work is under way: a worker rejects one cancellation, not the next.", _cancelled()
    )
    yield whole(
        "withdrawn", "The client withdraws consent while work is under way.", _withdrawn(), artefact=_ARTEFACT
    )
    yield whole("withdrawn-late", "The client withdraws after the referral has ended.", _withdrawn_late())
    yield whole("disputed", "The sender disputes the outcome, and the work goes on.", _disputed())
    yield whole("news", "Standing changes, the case is closed, and the client is looked after.", _news())
    yield whole("expired", "A clock ends what nobody answered.", _expired(), roles=(Role.SENDER,))


def _closed() -> Told:
    told = received()
    told.decide(_D.WAITLISTED, expected_wait_days=14)
    told.case = told.teller.new_id()
    told.decide(_D.ACCEPTED, case=told.case)
    told.decide(_D.STARTED)
    told.decide(_D.PROGRESSED, sub_status="contacted")
    told.decide(_D.HELD, reason="documents-missing")
    told.decide(_D.RESUMED)
    goals = [{"goal": "income-secured", "met": True}]
    told.decide(_D.COMPLETED, outcome="benefit-granted", goals=goals)
    return finish(told, outcomes=["benefit-granted"])


def _declined() -> Told:
    told = received()
    told.decide(_D.DECLINED, reason="no-capacity", suggestions=[SUGGESTION])
    return told


def _not_offered() -> Told:
    told = begun("no-such-programme")
    told.answer(_D.DECLINED, reason="programme-not-offered")
    return told


def _supplied() -> Told:
    told = received()
    told.decide(_D.INFO_REQUESTED, questions=["income"])
    replies = [{"question": "income", "text": "지난달부터 소득이 없음."}]
    told.ask(_A.INFO_SUPPLIED, questions=["income"], sealed={"replies": replies})
    told.decide(_D.DECLINED, reason="not-eligible")
    return told


def _redirected() -> Told:
    told = received()
    told.decide(_D.REDIRECTED, reason="no-capacity", suggestion=SUGGESTION)
    return told


def _amended() -> Told:
    told = received()
    told.ask(_A.AMENDED, sealed={"contact": {"phone": "010-0000-0001", "safe_to_call": False}})
    told.ask(_A.CANCEL_REQUESTED, reason="found-work")
    return told


def _cancelled() -> Told:
    told = accepted()
    told.ask(_A.CANCEL_REQUESTED, reason="client-declined")
    told.decide(_D.ASK_REJECTED, state="accepted", cause="refused-by-worker")
    told.decide(_D.STARTED)
    told.ask(_A.CANCEL_REQUESTED, reason="found-work")
    told.decide(_D.CANCELLED, cause="agreed-by-worker", reason="found-work")
    return close_case(told)


def _withdrawn() -> Told:
    told = accepted(_ARTEFACT)
    told.ask(_A.CONSENT_WITHDRAWN, artefact=_ARTEFACT)
    return close_case(told, reason="consent-withdrawn")


def _withdrawn_late() -> Told:
    told = _declined()
    told.ask(_A.CONSENT_WITHDRAWN)
    return told


def _disputed() -> Told:
    told = accepted()
    told.decide(_D.COMPLETED, outcome="service-provided")
    told.ask(_A.OUTCOME_DISPUTED, sealed={"note": "상담을 받지 못했다고 함."})
    told.decide(_D.REOPENED, cause="disputed")
    told.decide(_D.FAILED, reason="found-work")
    return finish(told)


def _news() -> Told:
    told = accepted()
    standing = {"programme": "livelihood", "old": "likely", "new": "granted"}
    today = told.teller.now.date()
    cited = {"rule": "livelihood-ends-allowance", "citation": "구직자취업촉진법 29(1)4"}
    ruled_out = [{"programme": f"employment-support-1{each}", **cited} for each in ("", "-selective")]
    news = {**standing, "effective_on": today, "conflicts": ruled_out}
    told.tell(EligibilityChanged.model_validate(news))
    told.decide(_D.COMPLETED, outcome="employed")
    finish(told, outcomes=["employed"])
    found = {"case": told.case, "referrals": [told.id], "checked_on": today, "found": "still-employed"}
    told.tell_of_case(CaseFollowedUp.model_validate(found))
    return told


def _expired() -> Told:
    told = received()
    told.decide(_D.INFO_REQUESTED, questions=["income"])
    told.run_out(_D.EXPIRED, clock="info-request")
    return told
