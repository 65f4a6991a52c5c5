"""Handles the notices that peers send about delivery."""

from collections.abc import Sequence

from asyncpg import Connection

from ieum.delivery.application import Untaken
from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.notices.notices import RESENT_IN_BATCH_MAX, keep_told, send_again
from ieum.delivery.recovering.heads import hear_heads
from ieum.delivery.recovering.restore import hear_answer, keep_ask
from ieum.delivery.recovering.unconfirmed import confirm, question_answered
from ieum.delivery.streams.stream import FAMILY_NUMBERS
from ieum_contracts.delivery import (
    StreamHeads,
    StreamHeadsAnswered,
    StreamHeadsAsked,
    StreamParked,
    StreamRefused,
    StreamResendAsked,
    StreamSkipped,
)
from ieum_contracts.message import Event
from ieum_contracts.topics import STREAM_FAMILIES


async def handle_notices(
    connection: Connection, context: DeliveryContext, notices: Sequence[Event]
) -> tuple[int, list[Untaken]]:
    """Take notices in; returns how many put something into the outbox again, and what was not taken in."""
    asked = resent = 0
    untaken: list[Untaken] = []
    for notice in notices:
        peer = context.peers.number(notice.envelope.source)
        match notice.body:
            case StreamParked() | StreamRefused() | StreamSkipped() as told:
                untaken += await keep_told(connection, context, peer, told)
                if told.family in STREAM_FAMILIES and not isinstance(told, StreamParked):
                    has = (told.key, FAMILY_NUMBERS[told.family], told.sequence)
                    await confirm(connection, peer, [has])
            case StreamHeads(heads=heads):
                await hear_heads(connection, context, peer, heads)
            case StreamHeadsAsked() as ask:
                await keep_ask(connection, peer, ask)
            case StreamHeadsAnswered() as answer:
                await hear_answer(connection, context, peer, answer)
                if answer.last:
                    await question_answered(connection, peer, answer.ask)
            case StreamResendAsked() as resend if resent < RESENT_IN_BATCH_MAX:
                events, gone = await send_again(
                    connection, context, peer, resend, RESENT_IN_BATCH_MAX - resent
                )
                asked += 1
                resent += events
                untaken += gone
            case _:
                pass
    return asked, untaken
