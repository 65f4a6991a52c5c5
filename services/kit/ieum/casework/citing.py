"""Which answer to an inquiry a referral may cite, and that what is cited is kept."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from ieum.casework.inquiry_values import INQUIRY_KEPT, Citation, Inquiry
from ieum.casework.orders import ReferralOrder
from ieum.casework.refusals import Guard, Refusal
from ieum.casework.values import Change
from ieum_contracts.address import Address
from ieum_contracts.referral import AssessmentCited


def refused_citation(
    order: ReferralOrder, inquiry: Inquiry | None, to: Address, now: datetime, *, of_client: bool
) -> Iterator[Refusal]:
    """Refuse to cite what is no assessment of this client, or no answer of this recipient to an inquiry."""
    cited = order.assessment
    if cited is None:
        return
    if cited.inquiry is None:
        why = None if of_client else "assessment-of-another-client"
    else:
        why = uncitable(cited, inquiry, to, order.programme, now)
    if why is not None:
        yield Refusal(Guard.ASSESSMENT, why)


def uncitable(  # noqa: PLR0911 - one line for each reason
    cited: AssessmentCited, inquiry: Inquiry | None, to: Address, programme: str, now: datetime
) -> str | None:
    """Return why a referral may not cite the answer to this inquiry; None when it may."""
    if inquiry is None or not inquiry.asked_here:
        return "inquiry-unknown"
    if inquiry.peer != to:
        return "inquiry-of-another-recipient"
    if inquiry.erased or (not inquiry.cited and now - inquiry.asked_at >= INQUIRY_KEPT):
        return "inquiry-expired"
    answer = inquiry.assessed()
    if answer is None:
        return "inquiry-not-answered"
    if inquiry.answer != cited.event:
        return "answer-of-another-inquiry"
    if all(each.programme != programme for each in answer.programmes):
        return "inquiry-of-another-programme"
    return None


def citing(change: Change, inquiry: Inquiry | None, *, asked_here: bool) -> Change:
    """Keep the inquiry that a new referral cites; none that its other side has not asked or answered."""
    referral = change.referral
    if referral is None or inquiry is None or inquiry.erased:
        return change
    if (inquiry.peer, inquiry.asked_here) != (referral.peer, asked_here):
        return change
    kept = () if inquiry.cited else (replace(inquiry, cited=True),)
    return replace(change, inquiries=kept, cites=Citation(referral.id, inquiry.id))
