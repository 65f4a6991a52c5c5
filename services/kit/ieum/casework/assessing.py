"""The advisory assessment of a referral at its recipient: at its receipt, and whenever its facts change."""

from dataclasses import replace
from datetime import date

from pydantic import JsonValue
from pydantic_core import from_json

from ieum.casework.effects import say
from ieum.casework.eligibility import RULE_FAILED, Judged, RuleFailure, RuleSet, judge
from ieum.casework.facts import facts_of
from ieum.casework.values import AgencyView, Change, Referral
from ieum_contracts.eligibility import EligibilityAssessed, Likelihood, ProgrammeAssessed
from ieum_contracts.timing import day_of

ALL_RULES = "all"
"""In place of a rule's id when the whole assessment failed."""


def assessed(change: Change, view: AgencyView) -> Change:
    """Add the assessment to a referral and to what is said about it, if one can be made.

    The assessed day is that of the application: the day in Seoul on which the sender said the referral.
    It stays the same when facts are supplied or amended later; the facts are those known now.
    A programme that is not offered or has no rules is not assessed. A failure here loses only the assessment.
    """
    referral = change.referral
    rule_set = None if referral is None else view.rule_sets.get(referral.programme)
    if referral is None or rule_set is None or not rule_set.rules:
        return change
    judged = _judged(rule_set, referral, day_of(referral.asked_at))
    body = EligibilityAssessed(programmes=(judged.advice,))
    kept = body.model_dump_json(exclude_none=True).encode()
    return replace(
        change,
        referral=replace(referral, assessment=kept),
        says=(*change.says, say(referral, body)),
        failures=judged.failures,
    )


def assessed_again(before: Referral, change: Change, view: AgencyView) -> Change:
    """Add a new assessment when an ask has changed the facts, as supplied information and corrections do."""
    after = change.referral
    if after is None or after.sealed is None or _circumstances(after) == _circumstances(before):
        return change
    return assessed(change, view)


def _judged(rule_set: RuleSet, referral: Referral, on: date) -> Judged:
    try:
        return judge(rule_set, facts_of(referral.requested(), on), on)
    except Exception as error:  # noqa: BLE001 - advice must never block the referral
        failure = RuleFailure(rule_set.programme, ALL_RULES, type(error).__name__)
    advice = ProgrammeAssessed(
        programme=rule_set.programme,
        likelihood=Likelihood.NEEDS_INFO,
        cause=RULE_FAILED,
        discretionary=rule_set.discretionary,
        rule_set=rule_set.version,
        as_of=on,
    )
    return Judged(advice, (failure,))


def _circumstances(referral: Referral) -> JsonValue:
    return None if referral.sealed is None else from_json(referral.sealed).get("circumstances")
