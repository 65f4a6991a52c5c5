"""An order tried out: loaded and decided as the real one is, by a connection that cannot write."""

from dataclasses import dataclass, replace

from asyncpg import Connection
from uuid_utils.compat import uuid7

from ieum.application.commands import required_to_refer
from ieum.application.event_handler import EventHandler
from ieum.application.loading import load
from ieum.casework.dry_run import DryRun, dry_run
from ieum.casework.inquiry_values import Inquiry
from ieum.casework.orders import ReferralOrder
from ieum.casework.refusals import Guard
from ieum.casework.sending import NewIds
from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.sending.outbox import Cause, Outbox, StreamBlocked
from ieum.storage.cited_assessments import CitedEvent, read_assessment
from ieum.storage.inquiry_rows import read_inquiry
from ieum_contracts.catalogue import Invalid
from ieum_contracts.eligibility import ProgrammeAssessed


@dataclass(frozen=True, slots=True)
class TriedOut:
    """What an order would come to, why nothing may be said now, and the advice that it cites."""

    outcome: DryRun
    blocked: StreamBlocked | None
    cited: ProgrammeAssessed | None


async def try_out(
    connection: Connection, context: DeliveryContext, handler: EventHandler, order: ReferralOrder
) -> TriedOut:
    """Try an order out, in a transaction that the caller has opened read-only."""
    wanted = required_to_refer(order, handler.view)
    needs = replace(wanted, inquiry=None)  # what is cited would be locked
    loaded = await load(connection, handler.peers, [needs], [None])
    prior, now = loaded.prior(needs), context.now()
    if wanted.inquiry is not None:
        prior = replace(prior, inquiry=await read_inquiry(connection, handler.peers, wanted.inquiry))
    outcome = dry_run(order, handler.view, prior, now, NewIds(uuid7(), uuid7()))
    blocked = None
    try:
        writer = await Outbox(context).open(connection, ())
        writer.say(outcome.says, Cause(), now)  # its rows are never written: no number is taken
    except StreamBlocked as error:
        blocked = error
    except Invalid:
        pass  # an identifier stands in a text, which the caller looks for
    cited_wrong = any(each.guard is Guard.ASSESSMENT for each in outcome.refusals)
    cited = None if cited_wrong else await _cited(connection, order, prior.inquiry)
    return TriedOut(outcome, blocked, cited)


async def _cited(
    connection: Connection, order: ReferralOrder, inquiry: Inquiry | None
) -> ProgrammeAssessed | None:
    if order.assessment is None:
        return None
    if inquiry is not None:
        found = inquiry.assessed()
    else:
        cited = CitedEvent(order.assessment.event, order.client_ref, order.parent)
        found = await read_assessment(connection, cited)
    advice = () if found is None else found.programmes
    return next((each for each in advice if each.programme == order.programme), None)
