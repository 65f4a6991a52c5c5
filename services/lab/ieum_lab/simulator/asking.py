"""Asking before a referral, about somebody who is not named: who is likely to be eligible, and where."""

from collections.abc import Iterator, Sequence

from pydantic import JsonValue

from ieum.api.agency.inquiry_views import InquiryAnswer, InquiryState
from ieum_lab.embedded.errors import StackError
from ieum_lab.simulator.handover import Handover
from ieum_lab.simulator.people import MUNICIPALITY, Json, facts
from ieum_lab.simulator.simulated_centre import SimulatedCentre

LOOK_SECONDS = 2.0
LOOKS_MAX = 10


async def ask_first(
    centre: SimulatedCentre, sender: str, circumstances: JsonValue, **order: JsonValue
) -> list[InquiryAnswer]:
    """Ask agencies (`recipients`, `programmes`; without them all) about facts; wait for every answer."""
    client = centre.clients[sender]
    group = await client.inquire({**order, "sealed": {"circumstances": circumstances}})
    for _ in range(LOOKS_MAX):
        if not group.waiting:
            return group.inquiries
        group = await client.inquiries(group.id, LOOK_SECONDS)
    raise StackError(
        f"{group.waiting} of {len(group.inquiries)} agencies have not answered {sender}'s inquiry after "
        f"{LOOKS_MAX * LOOK_SECONDS:.0f} s. Look at their logs and at `ieum streams list`."
    )


def likely(answers: Sequence[InquiryAnswer]) -> Iterator[tuple[str, str]]:
    """Give each agency and programme for which the client is likely to be eligible."""
    for answer in answers:
        for each in answer.assessed or ():
            if each["likelihood"] == "likely":
                yield answer.recipient, str(each["programme"])


def citing(order: Json, answers: Sequence[InquiryAnswer]) -> Json:
    """Let a referral cite its recipient's answer on its programme; else say why none is cited."""
    for answer in answers:
        assessed = {each["programme"] for each in answer.assessed or ()}
        found = answer.recipient == order["recipient"] and order["programme"] in assessed
        if found and answer.state is InquiryState.ANSWERED:
            return {**order, "assessment": {"event": str(answer.event), "inquiry": str(answer.id)}}
    return {**order, "assessment_skipped": "no-published-rule"}


async def ask_and_refer(centre: SimulatedCentre, sender: str, order: Json) -> Handover:
    """Ask the recipient about the facts of a referral, then send it with the answer."""
    answers = await ask_recipient(centre, sender, order)
    return await centre.refer(sender, citing(order, answers))


async def ask_recipient(centre: SimulatedCentre, sender: str, order: Json) -> list[InquiryAnswer]:
    """Ask a referral's recipient about its programme and facts, before it is sent."""
    recipient, programme = str(order["recipient"]), str(order["programme"])
    asked: Json = {"recipients": [recipient], "programmes": [programme], "subject": order["subject"]}
    answers = await ask_first(centre, sender, _facts(order), **asked)
    found = ", ".join(str(each["likelihood"]) for answer in answers for each in answer.assessed or ())
    centre.note(f"{sender} asked {recipient} first, without a name: {programme} is {found}.")
    return answers


def _facts(order: Json) -> Json:
    """Return what may be said of a client without a name; of an employer that is where the work is."""
    sealed = order["sealed"]
    if not isinstance(sealed, dict):
        return {}
    circumstances, employer = sealed.get("circumstances"), sealed.get("employer")
    if isinstance(employer, dict):
        return facts(workplace_municipality=MUNICIPALITY)
    return circumstances if isinstance(circumstances, dict) else {}
