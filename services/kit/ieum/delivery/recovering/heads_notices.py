"""The notices by which agencies tell each other heads, and ask for them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from asyncpg import Record

from ieum.delivery.streams.stream import FAMILIES, FAMILY_NUMBERS, StreamKey
from ieum_contracts.delivery import StreamHead, StreamHeads, StreamHeadsAsked
from ieum_contracts.topics import Family

CLOCKS_DIFFER_MAX = timedelta(minutes=10)
"""How much earlier than needed heads are asked for: the clocks of two agencies may differ."""
KEPT = timedelta(days=30)
"""As long as the ledger keeps bodies: what is older could not be sent again."""


def told(rows: Iterable[Record], together: int) -> list[tuple[StreamKey, StreamHeads]]:
    """Make the notices that tell each peer the heads of its streams; rows begin as a stream does.

    That is with key, peer, family, said and heard. `together` is the most that one notice holds.
    """
    by_peer: dict[int, list[StreamHead]] = defaultdict(list)
    for key, peer, family, said, heard, *_ in rows:
        by_peer[peer].append(StreamHead(family=FAMILIES[family], key=key, said=said, heard=heard))
    return [
        (StreamKey(heads[0].key, peer, FAMILY_NUMBERS[heads[0].family]), StreamHeads(heads=heads))
        for peer, all_heads in by_peer.items()
        for heads in in_parts(all_heads, together)
    ]


def asked(peer: int, ask: UUID, since: datetime) -> tuple[StreamKey, StreamHeadsAsked]:
    """Make the notice that asks a peer for the heads of all streams that were active since a time."""
    return StreamKey(ask, peer, FAMILY_NUMBERS[Family.DELIVERY]), StreamHeadsAsked(ask=ask, since=since)


def in_parts(heads: Sequence[StreamHead], together: int) -> list[tuple[StreamHead, ...]]:
    """Part heads as one notice holds them."""
    return [tuple(heads[start : start + together]) for start in range(0, len(heads), together)]
