"""Trying an order out before it is sent, and following a suggestion, as a worker at the desk does."""

from uuid import UUID

from ieum.api.agency.foreseen import ReferralDryRun
from ieum_lab.simulator.handover import Handover
from ieum_lab.simulator.people import Json
from ieum_lab.simulator.simulated_centre import SimulatedCentre

_CARRIED = ("consent", "circumstances", "reason_in_words")
"""What is said anew where a suggestion is followed; the rest is used as it was."""
_ASSESSED = ("assessment", "assessment_skipped")


async def try_out(centre: SimulatedCentre, sender: str, order: Json) -> ReferralDryRun:
    """Try a referral out, and note what it would come to."""
    foreseen = await centre.clients[sender].dry_run(order)
    centre.note(f"{sender} tried it out, and nothing was sent: {_in_words(foreseen)}.")
    return foreseen


async def follow(centre: SimulatedCentre, before: Handover, order: Json) -> Handover:
    """Try out going where the recipient suggested, and go there; the order says what is new."""
    sealed, sender = order["sealed"], before.sender
    new = {name: sealed[name] for name in _CARRIED if name in sealed} if isinstance(sealed, dict) else {}
    cited: Json = {name: order[name] for name in _ASSESSED if name in order}
    following: Json = {**cited, "sealed": new}
    foreseen = await sender.dry_run(following, f"/v1/referrals/{before.id}/follow")
    standing = await sender.follow(before.id, following)
    centre.note(
        f"{sender.agency} followed the suggestion to {order['recipient']} in one call: {_in_words(foreseen)}."
    )
    return Handover(standing.id, standing.journey, sender, centre.clients[str(order["recipient"])])


async def note_due(centre: SimulatedCentre, agency: str, referral: UUID) -> None:
    """Note what `GET /v1/due` says at a desk of one referral."""
    for each in (await centre.clients[agency].due()).due:
        if each.referral == referral and each.due_at is not None:
            when = each.due_at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
            level = each.level or "to come"
            holder = each.holder.rpartition("/")[2]
            centre.note(f"Due, as {agency} sees it: {each.clock} by {holder}, {when} ({level}).")


def _in_words(foreseen: ReferralDryRun) -> str:
    if not foreseen.would_be_sent:
        return "it would be refused: " + ", ".join(each.type for each in foreseen.refusals)
    answers = ", ".join(each.type.removesuffix(".v1") for each in foreseen.recipient_says)
    sent = len(foreseen.items.members) + len(foreseen.items.sealed)
    warned = "; ".join(each.code for each in foreseen.warnings)
    room = "" if foreseen.room is None else f", room: {foreseen.room.room}"
    return f"{sent} items would go, and be answered by {answers}{room}" + (f" ({warned})" if warned else "")
