"""A referral that ended becomes a new one to another agency: what may be used again, and what has to be new.

Consent is given for one recipient and one purpose, and a legal basis is judged anew: neither is used again.
Of the details, what the new programme asks for is used, as far as the new consent names it; sensitive items
only with their own line of it.
"""

from collections.abc import Collection

from pydantic import JsonValue

from ieum.casework.eligibility import SENSITIVE
from ieum.casework.follow_order import FollowDetails, FollowOrder
from ieum.casework.items_sent import covered
from ieum.casework.orders import REFERRAL_ORDER, ReferralOrder
from ieum.casework.refusals import Guard, Refusal
from ieum.casework.values import AgencyView, Referral, Side
from ieum_contracts.address import Address
from ieum_contracts.consent import ConsentArtefact, ConsentLine
from ieum_contracts.decisions import Suggestion
from ieum_contracts.lifecycle import ENDED

REUSED = ("subject", "priority", "priority_cause", "needs", "goals", "safety_flags", "hand_over")
"""Members of the event that are as they were; the others belong to the first recipient and programme."""
_NEEDED = frozenset({"client.name", "contact.safe_to_call"})
"""Without these there is no client, or a call may do harm."""
_SENSITIVE_ITEMS = frozenset({"accessibility", *(f"circumstances.{name}" for name in SENSITIVE)})

Details = dict[str, JsonValue]


def order_to_follow(
    referral: Referral | None, suggested: Suggestion | None, order: FollowOrder, view: AgencyView
) -> ReferralOrder | Refusal:
    """Make the order for the new referral, or refuse: for a referral that is open, withdrawn or erased."""
    refusal = _refused(referral)
    if referral is None or refusal is not None:
        return refusal or Refusal(Guard.NOT_FOUND, "unknown")
    recipient, programme = order.recipient, order.programme
    if suggested is not None:
        recipient = recipient or _in_centre(suggested, view.me.centre)
        programme = programme or suggested.programme
    if recipient is None or programme is None:
        return Refusal(Guard.PROGRAMME, "nothing-suggested")
    published = view.published.get((Address(view.me.centre, recipient), programme))
    items = () if published is None else published.items
    requested = referral.requested()
    given = order.model_dump(mode="json", exclude={"sealed"}, exclude_none=True)
    return REFERRAL_ORDER.validate_python(
        {
            **{name: requested[name] for name in REUSED if name in requested},
            **given,
            "recipient": recipient,
            "programme": programme,
            "client_ref": referral.client_ref,
            "parent": str(referral.id),
            "sealed": _sealed(requested["sealed"], items, order.sealed),
        }
    )


def _in_centre(suggested: Suggestion, centre: str) -> str | None:
    """Return the agency that was suggested; None for one of another centre, to which nothing can be sent."""
    try:
        address = Address.parse(suggested.agency)
    except ValueError:
        return None
    return address.agency if address.centre == centre else None


def _refused(referral: Referral | None) -> Refusal | None:
    if referral is None:
        return Refusal(Guard.NOT_FOUND, "unknown")
    if referral.side is not Side.SENDER:
        return Refusal(Guard.OWNER, "followed-by-sender", referral.state, referral.allowed())
    if referral.copy.withdrawn or referral.sealed is None:
        return Refusal(Guard.MOVE, "consent-withdrawn", referral.state, referral.allowed())
    if referral.state not in ENDED and referral.ended_here is None:
        return Refusal(Guard.MOVE, "not-ended", referral.state, referral.allowed())
    return None


def _sealed(before: JsonValue, items: Collection[str], new: FollowDetails) -> Details:
    used: Details = {}
    for name, value in before.items() if isinstance(before, dict) else ():
        if name == "employer":
            used[name] = value
        elif isinstance(value, dict) and name in {"client", "contact", "circumstances"}:
            used[name] = {each: inner for each, inner in value.items() if _used(f"{name}.{each}", items, new)}
        elif name != "consent" and _used(name, items, new):
            used[name] = value
    for name, value in new.model_dump(mode="json", exclude_none=True, exclude_defaults=True).items():
        known = used.get(name)
        both = name == "circumstances" and isinstance(known, dict)
        used[name] = {**known, **value} if both and isinstance(known, dict) else value
    return used


def _used(item: str, items: Collection[str], new: FollowDetails) -> bool:
    if item in _SENSITIVE_ITEMS and not _sensitive_agreed(new.consent):
        return False
    if item in _NEEDED:
        return True
    return covered(item, items) and (new.consent is None or covered(item, new.consent.items))


def _sensitive_agreed(consent: ConsentArtefact | None) -> bool:
    return consent is not None and ConsentLine.SENSITIVE in consent.agreed
