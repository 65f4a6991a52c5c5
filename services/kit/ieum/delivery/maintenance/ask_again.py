"""Job: find missing numbers, and ask the peer to send them again."""

from datetime import datetime, timedelta

import structlog
from asyncpg import Connection

from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.notices.notices import tell
from ieum.delivery.recovering.heads import missing
from ieum.delivery.recovering.resend import ASKED_MAX, Gaps
from ieum.delivery.sending.relay import Relay
from ieum.delivery.streams.stream import FAMILIES
from ieum_contracts.delivery import StreamResendAsked

_log = structlog.get_logger(__name__)


class AskAgain:
    """Asks for gaps before waiting events, and for what a peer's heads say it has said."""

    def __init__(self, context: DeliveryContext, relay: Relay) -> None:
        self._context = context
        self._relay = relay
        self._gaps = Gaps()

    async def run(self, connection: Connection, now: datetime, missing_for: timedelta) -> None:
        """Ask for numbers that have been missing long enough."""
        gaps = await self._gaps.due(connection, now, missing_for)
        lost = {*gaps, *await missing(connection, missing_for, ASKED_MAX)}
        notices = [
            (
                stream,
                StreamResendAsked(family=FAMILIES[stream.family], key=stream.key, first=first, last=last),
            )
            for stream, first, last in sorted(lost)
        ]
        for stream, ask in notices:
            _log.warning("sequence.gap", key=str(stream.key), first=ask.first, last=ask.last)
        await tell(connection, self._context, notices, now)
        self._gaps.asked(gaps, now)
        if notices:
            self._relay.wake()
