"""The journey of a client for whom the desk asks first, without saying who it is."""

from uuid import UUID

from ieum_contracts.codes import Decision
from ieum_contracts.eligibility import EligibilityAssessed
from ieum_contracts.inquiry import EligibilityConfirmed, EligibilityRequested
from ieum_contracts.lifecycle import Mover
from ieum_contracts.story import people
from ieum_contracts.story.people import EMPLOYMENT, WELFARE
from ieum_contracts.story.referral import Told
from ieum_contracts.story.telling import Teller

_D = Decision


def inquired(teller: Teller) -> None:
    """Let a desk ask, refer on the answer, and a person find otherwise than the rules do."""
    teller.wait(days=1)
    inquiry = teller.new_id()
    answer = _asked(teller, inquiry)
    teller.wait(minutes=20)
    agreement = people.agreed(teller.new_id(), teller.now)
    cited = {"event": answer, "inquiry": inquiry}
    asked = people.seeking_benefit("마바사 시험", agreement, assessment=cited)
    told = Told(teller, WELFARE, EMPLOYMENT).request(asked, "inquired")
    told.answer(_D.RECEIVED, "inquired")
    today = str(teller.now.date())
    found = {**people.ASSESSED, "likelihood": "unlikely", "as_of": today, "rules": [_idle("fail")]}
    del found["cause"]
    assessed = EligibilityAssessed.model_validate({"programmes": [found]})
    teller.say(
        EMPLOYMENT,
        WELFARE,
        told.id,
        assessed,
        journey=told.journey,
        cause=told.cause,
        label="inquired",
    )
    teller.wait(hours=3)
    confirmed = EligibilityConfirmed.model_validate(
        {
            "programme": people.BENEFIT["programme"],
            "assessed": "unlikely",
            "rule_set": people.BENEFIT["rule_set"],
            "as_of": today,
            "finding": "not-eligible",
            "ground": "facts-verified",
            "sealed": {"note": "면담에서 당분간 일할 수 없음을 확인함."},
        }
    )
    told.tell(confirmed)
    told.decide(_D.DECLINED, "inquired", reason="not-eligible", failed_rules=["able-to-work"])


def _asked(teller: Teller, inquiry: UUID) -> UUID:
    """Let the desk ask one agency, and its system answer at once."""
    facts = {
        "birth_date": {"value": f"1990-{teller.now:%m-%d}", "source": "stated"},
        "insured_days": {"value": 200, "source": "stated"},
    }
    body = EligibilityRequested.model_validate(
        {"programmes": [people.BENEFIT["programme"]], "sealed": {"circumstances": facts}}
    )
    asked = teller.say(WELFARE, EMPLOYMENT, inquiry, body, by=Mover.WORKER, cause=teller.request())
    advice = {**people.ASSESSED, "as_of": str(teller.now.date())}
    answered = EligibilityAssessed.model_validate({"programmes": [advice]})
    cause = str(asked.envelope.id)
    return teller.say(EMPLOYMENT, WELFARE, inquiry, answered, cause=cause, label="inquiry").envelope.id


def _idle(result: str) -> dict[str, object]:
    return {**people.ABLE, "result": result}
