"""What may stand against a new command: its stored answer, or a referral under way of the same client."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from asyncpg import Connection

from ieum.delivery.blocked.source_breaker import COMPARING
from ieum.delivery.streams.batch_write import Condition
from ieum.delivery.streams.peers import Peers
from ieum.storage.idempotency_rows import IdempotencyKey, StoredAnswer, StoredResponse
from ieum_contracts.address import Address
from ieum_contracts.lifecycle import ENDED


class Client(NamedTuple):
    """A client to be referred: who, to which agency, to which programme."""

    ref: str
    to: Address
    programme: str


_LOOK_BACK = """
select i.number, k.fingerprint, k.status, k.headers, k.body, d.id as open
from unnest($1::text[], $2::text[], $3::smallint[], $4::text[])
    with ordinality as i (key, client_ref, peer, programme, number)
left join lateral (select * from idempotency where key = i.key limit 1) k on true
left join lateral (
    select id from referral
    where client_ref = i.client_ref and programme = i.programme and peer = i.peer and not recipient
        and not (state = any($5::text[])) and ended_here is null
    limit 1
) d on true
"""
_NOTHING_FOUND = """
select not exists (select from ({look_back}) found where fingerprint is not null or open is not null)
    and not exists (select from source where held = '{comparing}')
"""
_NOTHING = _NOTHING_FOUND.format(look_back=_LOOK_BACK, comparing=COMPARING)


async def look_back(
    connection: Connection,
    peers: Peers,
    clients: Sequence[Client | None],
    keys: Sequence[IdempotencyKey | None],
) -> tuple[dict[str, StoredAnswer], dict[Client, UUID]]:
    """Return the answers that were stored under these keys, and the clients' referrals under way."""
    answers: dict[str, StoredAnswer] = {}
    under_way: dict[Client, UUID] = {}
    for row in await connection.fetch(_LOOK_BACK, *_arguments(peers, clients, keys)):
        key, client = keys[row["number"] - 1], clients[row["number"] - 1]
        if key is not None and row["fingerprint"] is not None:
            answer = StoredResponse(row["status"], tuple(row["headers"]), row["body"])
            answers[key.key] = StoredAnswer(IdempotencyKey(key.key, row["fingerprint"]), answer)
        if client is not None and row["open"] is not None:
            under_way[client] = row["open"]
    return answers, under_way


def nothing_stands_against(
    peers: Peers, clients: Sequence[Client | None], keys: Sequence[IdempotencyKey | None]
) -> Condition:
    """Return the condition that there is neither a stored answer nor such a referral, nor a comparison.

    Of two that are written in the same moment, the unique keys of both tables let one fail.
    """
    return Condition(_NOTHING, _arguments(peers, clients, keys))


def _arguments(
    peers: Peers, clients: Sequence[Client | None], keys: Sequence[IdempotencyKey | None]
) -> tuple[object, ...]:
    return (
        [None if key is None else key.key for key in keys],
        [None if client is None else client.ref for client in clients],
        [None if client is None or client.to not in peers else peers.number(client.to) for client in clients],
        [None if client is None else client.programme for client in clients],
        sorted(ENDED),
    )
