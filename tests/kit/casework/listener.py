"""A recipient in memory that hears about one referral; each event has a time said and a time read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from pydantic import JsonValue

from ieum.agency import load_agency
from ieum.casework.eligibility import RuleSet
from ieum.casework.hearing import hear
from ieum.casework.loaded_cases import LoadedCases
from ieum.casework.refusals import NotYet, RefusedEvent
from ieum.casework.values import AgencyView, Change
from ieum_contracts.eligibility import EligibilityAssessed, ProgrammeAssessed
from ieum_contracts.message import Say
from ieum_contracts.model import Model
from ieum_contracts.referral import ReferralRequested
from tests.kit.casework.agencies import PUBLISHED, RECIPIENT, SENDER, START, event_of, new_id, referral_order

_PACKAGES = (
    "services.employment_center",
    "services.city_welfare_team",
    "services.city_job_center",
    "services.women_reemployment_center",
)
RULE_SETS: Mapping[str, RuleSet] = {
    programme: rules for package in _PACKAGES for programme, rules in load_agency(package).rule_sets.items()
}
NOTHING: Mapping[str, JsonValue] = {}
EMPLOYER: dict[str, JsonValue] = {
    "name": "가나 시험 공업",
    "business_number": "000-00-00000",
    "contact_name": "다라 시험",
    "phone": "031-000-0000",
}


def stated(facts: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Write bare facts as the client states them."""
    return {name: {"value": value, "source": "stated"} for name, value in facts.items()}


def request(
    programme: str,
    facts: Mapping[str, JsonValue],
    sealed: Mapping[str, JsonValue] = NOTHING,
    **fields: JsonValue,
) -> ReferralRequested:
    """Write a referral of a person with these facts; `sealed` and `fields` add what stands beside them."""
    kept = referral_order(programme=programme, **fields)
    details = {"client": {"name": "가나다 시험"}, "circumstances": stated(facts), **sealed}
    given = {name: kept[name] for name in kept if name not in {"recipient", "client_ref"}}
    return ReferralRequested.model_validate({**given, "sealed": details})


def employer(*vacancies: Mapping[str, JsonValue]) -> ReferralRequested:
    """Write a referral of an employer with these vacancies."""
    posts = [{"title": "시험 생산직", "headcount": 1, **each} for each in vacancies]
    return ReferralRequested.model_validate(
        {
            "subject": "employer",
            "programme": "hiring-support",
            "hand_over": "recipient-contacts",
            "sealed": {"employer": {**EMPLOYER, "vacancies": posts}},
        }
    )


@dataclass
class Listener:
    """One recipient; `view` may hold other rules than its agency's."""

    view: AgencyView = field(default_factory=lambda: AgencyView(RECIPIENT, RULE_SETS, PUBLISHED))
    known: LoadedCases = field(default_factory=LoadedCases)
    id: UUID = field(default_factory=new_id)
    journey: UUID = field(default_factory=new_id)

    def hear(
        self, body: Model, said: datetime = START, read: datetime | None = None
    ) -> Change | RefusedEvent | NotYet:
        """Hear what the sender says, and take it in."""
        event = event_of(Say(RECIPIENT, self.id, self.journey, body), SENDER, said)
        outcome = hear(self.known, event, self.view, read or said)
        if isinstance(outcome, Change):
            self.known.take(outcome)
        return outcome

    def assessed(
        self, body: Model, said: datetime = START, read: datetime | None = None
    ) -> ProgrammeAssessed:
        """Hear something, and give the assessment that is said of it, which is also the one that is kept."""
        change = self.hear(body, said, read)
        assert isinstance(change, Change)
        told = change.says[-1].body
        assert isinstance(told, EligibilityAssessed)
        assert self.known.referrals[self.id].assessment == told.model_dump_json(exclude_none=True).encode()
        return told.programmes[0]
