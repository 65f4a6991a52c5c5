"""A person's confirmation of an assessment: an adverse decision that rests on one needs it (PIPA 37-2)."""

from dataclasses import replace
from datetime import datetime

from ieum.casework.decision_orders import DecisionOrder, Decline, Fail
from ieum.casework.effects import changed, say
from ieum.casework.inquiry_orders import ConfirmationOrder
from ieum.casework.inquiry_values import Confirmation
from ieum.casework.refusals import Guard, Refusal
from ieum.casework.values import Change, Referral
from ieum_contracts.codes import Reason
from ieum_contracts.eligibility import EligibilityAssessed, Likelihood, ProgrammeAssessed
from ieum_contracts.inquiry import ConfirmationGround, EligibilityConfirmed, Finding
from ieum_contracts.lifecycle import RecipientCopy


def confirm(referral: Referral, order: ConfirmationOrder, now: datetime) -> Change | Refusal:
    """Say what a person at the recipient found of the assessment, in any state before a withdrawal."""
    confirmed = confirmation(referral, order, now)
    if isinstance(confirmed, Refusal):
        return confirmed
    body = confirmed.body.model_copy(update={"sealed": order.sealed})
    return Change(changed(referral, now), says=(say(referral, body),), confirmation=confirmed)


def confirmation(referral: Referral, order: ConfirmationOrder, now: datetime) -> Confirmation | Refusal:
    """Make the confirmation, without the words, which only travel; or return why there can be none."""
    if not isinstance(referral.copy, RecipientCopy):
        return Refusal(Guard.OWNER, "confirmed-by-recipient", referral.state, referral.allowed())
    if referral.copy.withdrawn or referral.copy.erased:
        return Refusal(Guard.MOVE, "consent-withdrawn", referral.state, referral.allowed())
    assessed = assessed_programme(referral)
    if assessed is None:
        return Refusal(Guard.CONFIRMATION, "nothing-assessed")
    if order.ground is ConfirmationGround.OTHER and order.sealed is None:
        return Refusal(Guard.CONFIRMATION, "note-missing")
    body = EligibilityConfirmed(
        programme=assessed.programme,
        assessed=assessed.likelihood,
        rule_set=assessed.rule_set,
        as_of=assessed.as_of,
        finding=order.finding,
        ground=order.ground,
    )
    return Confirmation(referral.id, referral.assessment or b"", body, now, order.by)


def with_confirmation(
    change: Change | Refusal,
    referral: Referral,
    order: DecisionOrder,
    known: Confirmation | None,
    now: datetime,
) -> Change | Refusal:
    """Add to a decision the confirmation that it brings along; `known` is an earlier one of this referral.

    Where nothing was assessed there is nothing to confirm, and it is left out. Refuses a decision that rests
    on an assessment which nobody has confirmed.
    """
    if isinstance(change, Refusal) or not isinstance(order, Decline | Fail):
        return change
    if order.confirmation is None or referral.assessment is None:
        return unconfirmed(referral, order.reason, known) or change
    confirmed = confirm(referral, order.confirmation, now)
    if isinstance(confirmed, Refusal):
        return confirmed
    refusal = unconfirmed(referral, order.reason, confirmed.confirmation)
    says = confirmed.says + change.says
    return refusal or replace(change, says=says, confirmation=confirmed.confirmation)


def confirmation_heard(referral: Referral, body: EligibilityConfirmed, said_at: datetime) -> Confirmation:
    """Keep what the recipient's person found, beside the assessment that the sender knows."""
    coded = body.model_copy(update={"sealed": None})
    return Confirmation(referral.id, referral.assessment or b"", coded, said_at)


def unconfirmed(referral: Referral, reason: Reason | None, known: Confirmation | None) -> Refusal | None:
    """Return why a decision may not be taken for this reason: it rests on an assessment nobody looked at.

    It rests on one when both say that the client is not eligible. A confirmation of an earlier assessment
    does not count, nor one that found otherwise.
    """
    assessed = assessed_programme(referral)
    if reason is not Reason.NOT_ELIGIBLE or assessed is None:
        return None
    if assessed.likelihood is not Likelihood.UNLIKELY:
        return None
    if known is None or known.of != referral.assessment:
        return Refusal(Guard.CONFIRMATION, "confirmation-missing", referral.state)
    if known.finding is not Finding.NOT_ELIGIBLE:
        return Refusal(Guard.CONFIRMATION, "found-eligible", referral.state)
    return None


def assessed_programme(referral: Referral) -> ProgrammeAssessed | None:
    """Return what the referral's assessment says of its programme."""
    if referral.assessment is None:
        return None
    assessed = EligibilityAssessed.model_validate_json(referral.assessment)
    return next((each for each in assessed.programmes if each.programme == referral.programme), None)
